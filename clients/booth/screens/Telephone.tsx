import { Icon, Panel } from "../../ui";
import { telephoneAfter, useLasting } from "../../ui/lasting";
import { T } from "../words";

/** The professional's number, large, when the line has been lost for a while: nobody has to know why, or do anything else. */
export function Telephone({ lost, phone, organisation }: { readonly lost: boolean; readonly phone: string; readonly organisation: string }) {
  const long = useLasting(lost, telephoneAfter);
  if (!long || phone === "") return null;
  return (
    <div role="status" data-telephone="" className="absolute inset-x-6 bottom-4">
      <Panel className="px-6 py-4 text-center text-[27px] leading-snug">
        <p>
          <T k="talk.telephone" />
        </p>
        <p className="flex flex-wrap items-center justify-center gap-x-5">
          <span lang="ja">{organisation}</span>
          <span className="flex items-center gap-3 text-[45px] font-bold whitespace-nowrap tabular-nums max-[1100px]:text-[36px]">
            <Icon name="phone" className="size-11 text-primary" />
            {phone}
          </span>
        </p>
      </Panel>
    </div>
  );
}

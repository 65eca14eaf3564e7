import { Icon } from "../../ui";
import { telephoneAfter, useLasting } from "../../ui/lasting";
import { T } from "../words";

/**
 * The professional's number, large and in place of the picture, when the line has been lost for a while: nobody has to know
 * why, or do anything else.
 */
export function Telephone({ lost, phone, organisation }: { readonly lost: boolean; readonly phone: string; readonly organisation: string }) {
  const long = useLasting(lost, telephoneAfter);
  if (!long || phone === "") return null;
  return (
    <div
      role="status"
      data-telephone=""
      className="absolute inset-0 flex flex-col items-center justify-center gap-3 rounded-16 border-3 border-heed-edge bg-white px-6 py-4 text-center text-[27px] leading-relaxed"
    >
      <h2 className="text-[36px] font-bold">
        <T k="talk.lost.title" />
      </h2>
      <p>
        <T k="talk.telephone" />
      </p>
      <p lang="ja">{organisation}</p>
      <p className="flex items-center gap-4 text-[52px] font-bold whitespace-nowrap tabular-nums max-[1100px]:text-[40px]">
        <Icon name="phone" className="size-12 text-primary" />
        {phone}
      </p>
    </div>
  );
}

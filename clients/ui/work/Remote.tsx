import { useMutation } from "@tanstack/react-query";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { literal } from "../ruby";
import { useClient } from "./seat";
import { WorkT as T } from "./words";

const things = ["reload", "volume"] as const;

/** What somebody would otherwise have to walk to the booth for; it answers when the booth has done it. */
export function RemoteButtons({ booth, large = false }: { readonly booth: string; /** with what each does */ readonly large?: boolean }) {
  const { api } = useClient();
  const remote = useMutation({ mutationFn: (what: (typeof things)[number]) => api.remote(booth, what) });
  return (
    <div className={large ? "flex flex-col gap-4" : "flex flex-wrap items-center gap-4"}>
      {things.map((what) => (
        <div key={what} className={large ? "flex flex-col gap-1" : ""}>
          <Button
            place={large ? "counter" : "desk"}
            icon={what === "reload" ? "again" : "speaker"}
            busy={remote.isPending && remote.variables === what}
            onPress={() => remote.mutate(what)}
          >
            <T k={`work.remote.${what}`} />
          </Button>
          {large && (
            <p className="text-[18px]">
              <T k={`work.remote.${what}.means`} />
            </p>
          )}
        </div>
      ))}
      <p role="status" className="font-bold empty:hidden">
        {remote.isSuccess && <T k="work.remote.done" />}
        {remote.isError && <T k="work.remote.failed" />}
      </p>
    </div>
  );
}

/** The same over the screen of a counter or desk. */
export function RemoteDialog({ booth, boothName, onClose }: { readonly booth: string; readonly boothName: string; readonly onClose: () => void }) {
  return (
    <Dialog
      title={<T k="work.remote.title" values={{ booth: literal(boothName) }} />}
      onClose={onClose}
      actions={
        <Button place="counter" kind="primary" onPress={onClose}>
          <T k="work.close" />
        </Button>
      }
    >
      <RemoteButtons booth={booth} large />
    </Dialog>
  );
}

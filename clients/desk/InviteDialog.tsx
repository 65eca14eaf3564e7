import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { GuestRole, Invitation, Session } from "../session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { wallClock } from "../ui/office-time";
import { useAct } from "../ui/work/useAct";
import { literal } from "../ui/ruby";
import { useClient, useNow } from "../ui/work/seat";
import { useCalled } from "./colleagues";
import { Means, No, Refused, Yes } from "./Question";
import { T, useWords } from "./words";

const roles: readonly GuestRole[] = ["family", "interpreter", "doctor", "nurse", "other"];

/** A guest's link: who they are, then the link itself, as text and as QR code. The link is kept nowhere but on this screen. */
export function InviteDialog({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const { api } = useClient();
  const [role, setRole] = useState<GuestRole>("family");
  const [name, setName] = useState("");
  const [made, setMade] = useState<Invitation | null>(null);
  const { act, busy, trouble } = useAct();
  if (made !== null) return <LinkDialog made={made} guest={{ role, name }} onAgain={() => setMade(null)} onClose={onClose} />;
  const missing = name.trim() === "";
  const make = async () => {
    const invitation = await act(() => api.invite(session.id, { role, name: name.trim() }));
    if (invitation !== undefined) setMade(invitation);
  };
  return (
    <Dialog
      title={<T k="conduct.invite.ask" />}
      onClose={onClose}
      actions={
        <>
          <No onClose={onClose} />
          <Yes k="conduct.invite.make" busy={busy} missing={missing ? "conduct.invite.name" : null} onPress={() => void make()} />
        </>
      }
    >
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 font-bold">
          <T k="conduct.invite.role" />
        </legend>
        <div className="flex flex-wrap gap-2">
          {roles.map((one) => (
            <Button key={one} place="desk" chosen={role === one} onPress={() => setRole(one)}>
              <T k={`conduct.role.${one}`} />
            </Button>
          ))}
        </div>
      </fieldset>
      <label className="flex flex-col gap-1">
        <span className="font-bold">
          <T k="conduct.invite.name" />
        </span>
        <input
          className="min-h-13 rounded-8 border-2 border-edge bg-white px-4 text-[20px]"
          maxLength={60}
          autoComplete="off"
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
        <span className="text-[16px] text-ink-soft">
          <T k="conduct.invite.name.help" />
        </span>
      </label>
      <Means k="conduct.invite.means" />
      {trouble !== null && <Refused k={trouble.key} />}
    </Dialog>
  );
}

function LinkDialog({
  made,
  guest,
  onAgain,
  onClose,
}: {
  readonly made: Invitation;
  readonly guest: { readonly role: GuestRole; readonly name: string };
  readonly onAgain: () => void;
  readonly onClose: () => void;
}) {
  const { api } = useClient();
  const words = useWords();
  const called = useCalled();
  const now = useNow();
  const [copied, setCopied] = useState(false);
  // Behind the #, so that no server on the way logs it.
  const link = `${location.origin}/guest/#${made.code}`;
  const drawn = useQuery({ queryKey: ["qr", made.participant], queryFn: () => api.drawQr(link), gcTime: 0, staleTime: Infinity });
  const gone = Date.parse(made.expiresAt) <= now;
  const copy = () => {
    void navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <Dialog
      wide
      title={<T k="conduct.invite.for" values={{ role: "", name: called({ role: guest.role, name: literal(guest.name) }) }} />}
      onClose={onClose}
      actions={
        <>
          <No k="conduct.invite.again" onClose={onAgain} />
          <Yes k="work.close" onPress={onClose} />
        </>
      }
    >
      {gone ? (
        <Refused k="conduct.invite.expired" />
      ) : (
        <div className="flex flex-wrap items-center gap-6">
          {drawn.data !== undefined && (
            <img
              alt={words.written("conduct.invite.qr")}
              src={`data:image/svg+xml;utf8,${encodeURIComponent(drawn.data)}`}
              className="size-56 flex-none border border-solid-gray-420"
            />
          )}
          <div className="flex min-w-0 flex-1 basis-72 flex-col gap-3">
            <p className="font-bold">
              <T k="conduct.invite.link" />
            </p>
            <p data-link="" className="rounded-8 border-2 border-edge bg-rest px-4 py-3 text-[17px] break-all select-all">
              {link}
            </p>
            <div className="flex flex-wrap items-center gap-4">
              <Button place="desk" onPress={copy}>
                <T k={copied ? "conduct.invite.copied" : "conduct.invite.copy"} />
              </Button>
              <p role="status">
                <T k="conduct.invite.until" values={{ time: wallClock(made.expiresAt) }} />
              </p>
            </div>
          </div>
        </div>
      )}
      <Means k="conduct.invite.means" />
    </Dialog>
  );
}

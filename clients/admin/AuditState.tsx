import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button } from "../ui/Button";
import { literal } from "../ui/ruby";
import { Pill, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { headNumber, type Step, type TrailState } from "./audit";
import { askAgain } from "./queries";
import { T, useWords } from "./words";

/** How the chain stands, whether it is whole, and who has looked it through. */
export function AuditState({ state }: { readonly state: TrailState }) {
  return (
    <div className="grid grid-cols-2 gap-6 max-[1100px]:grid-cols-1">
      <Chain state={state} />
      <Reviews state={state} />
    </div>
  );
}

function Chain({ state }: { readonly state: TrailState }) {
  const { api } = useClient();
  const queries = useQueryClient();
  const verify = useMutation({
    mutationFn: () => api.auditVerify(),
    onSettled: () => askAgain(queries),
  });
  return (
    <section data-audit="state">
      <h3 className="mb-1 flex flex-wrap items-center gap-3 text-[18px] font-bold">
        <T k="admin.audit.state" />
        <Pill tone={state.writing ? "good" : "heed"}>
          <T k={state.writing ? "admin.audit.writing" : "admin.audit.notWriting"} />
        </Pill>
      </h3>
      {state.fault !== "" && (
        <TroubleLine>
          <T k="admin.audit.fault" values={{ what: literal(state.fault) }} />
        </TroubleLine>
      )}
      {state.head !== "" && (
        <>
          <p className="tabular-nums">
            <T k="admin.audit.head" values={{ seq: headNumber(state), at: when(state.headAt) }} />
          </p>
          <p className="text-ink-soft">
            <T k="admin.audit.mark" />
            <code className="block text-[14px] [overflow-wrap:anywhere]">{state.head}</code>
          </p>
        </>
      )}
      <p className="my-2">
        <Verified step={state.verified} />
      </p>
      <Button place="desk" busy={verify.isPending} onPress={() => verify.mutate()}>
        <T k="admin.audit.verify" />
      </Button>
      <div role="status" className="mt-2">
        {verify.data?.whole === true && <T k="admin.audit.fine" values={{ count: verify.data.entries }} />}
      </div>
      {verify.isError && (
        <TroubleLine>
          <T k="admin.audit.failed" />
        </TroubleLine>
      )}
      {verify.data?.whole === false && (
        <TroubleLine>
          <T k="admin.audit.found" values={{ count: verify.data.faults.length }} />
          {verify.data.faults.slice(0, 20).map((fault) => (
            <span key={fault} className="block [overflow-wrap:anywhere]">
              {literal(fault)}
            </span>
          ))}
        </TroubleLine>
      )}
    </section>
  );
}

function Verified({ step }: { readonly step: Step | null }) {
  if (step === null) return <T k="admin.audit.neverVerified" />;
  return <T k={step.whole ? "admin.audit.verified" : "admin.audit.notWhole"} values={{ at: when(step.at), seq: step.through }} />;
}

function Reviews({ state }: { readonly state: TrailState }) {
  const { api } = useClient();
  const queries = useQueryClient();
  const words = useWords();
  const id = useId();
  const [remark, setRemark] = useState("");
  // Up to what the page has shown when the button was drawn: what has come since has been seen by nobody.
  const through = headNumber(state);
  const review = useMutation({
    mutationFn: () => api.auditReview(through, remark.trim()),
    onSuccess: () => setRemark(""),
    onSettled: () => askAgain(queries),
  });
  return (
    <section data-audit="reviews" aria-label={words.written("admin.audit.reviews")}>
      <h3 className="mb-1 text-[18px] font-bold">
        <T k="admin.audit.reviews" />
      </h3>
      {state.reviews.length === 0 && (
        <p className="text-ink-soft">
          <T k="admin.audit.noReview" />
        </p>
      )}
      <ul>
        {state.reviews.slice(0, 5).map((one) => (
          <li key={`${one.at} ${one.through}`} className="tabular-nums">
            <T k="admin.audit.reviewed" values={{ at: when(one.at), by: literal(one.by), seq: one.through }} />
            {one.remark !== "" && <span className="block text-ink-soft [overflow-wrap:anywhere]">{one.remark}</span>}
          </li>
        ))}
      </ul>
      <label htmlFor={`${id}-remark`} className="mt-2 flex flex-col">
        <T k="admin.audit.remark" />
        <input
          id={`${id}-remark`}
          value={remark}
          maxLength={120}
          autoComplete="off"
          onChange={(event) => setRemark(event.target.value)}
          className="rounded-8 min-h-11 border border-solid-gray-500 bg-white px-3 text-[16px]"
        />
      </label>
      <Button place="desk" className="mt-2" busy={review.isPending} onPress={() => review.mutate()}>
        <T k="admin.audit.review" values={{ seq: through }} />
      </Button>
      <div role="status" className="mt-2">
        {review.isSuccess && <T k="admin.audit.reviewDone" />}
      </div>
      {review.isError && (
        <TroubleLine>
          <T k="admin.audit.failed" />
        </TroubleLine>
      )}
    </section>
  );
}

/** "11-25 10:00": day and time as the server wrote them, in the offices' zone. */
function when(at: string): string {
  return at === "" ? "" : `${at.slice(5, 10)} ${at.slice(11, 16)}`;
}

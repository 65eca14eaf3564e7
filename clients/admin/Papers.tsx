import { useMutation } from "@tanstack/react-query";
import { type OfferLine, type Paper, papers } from "../session/oversight";
import { Button } from "../ui/Button";
import { TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { T, useWords } from "./words";

/** Papers can be kept as a file as soon as they are there; the browser needs their address no longer than that. */
const keptFor = 60_000;

/** The papers of a facility: for the prefecture, for the wall, for the fee table, and for when somebody falls ill. */
export function Papers({ offer }: { readonly offer: OfferLine }) {
  const { api } = useClient();
  const words = useWords();
  const fetched = useMutation({
    mutationFn: (paper: Paper) => api.paper(offer.office, paper),
    onSuccess: (file, paper) => save(file, `${offer.office}-${paper}.pdf`),
  });
  return (
    <div className="mt-2" role="group" aria-label={`${words.written("admin.papers")} ${offer.officeName}`}>
      <div className="flex flex-wrap gap-2">
        {papers.map((paper) => (
          <Button key={paper} place="desk" onPress={() => fetched.mutate(paper)} label={`${words.written(`admin.paper.${paper}`)} ${offer.officeName}`}>
            <T k={`admin.paper.${paper}`} />
          </Button>
        ))}
      </div>
      {fetched.isError && (
        <TroubleLine>
          <T k="admin.paper.failed" />
        </TroubleLine>
      )}
    </div>
  );
}

/** Has the browser save a file, of which nothing stays in the page once it has been written. */
export function save(file: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keptFor);
}

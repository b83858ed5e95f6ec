import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useRef, useState } from "react";
import { answered, client, type User } from "../api/client";
import { queryClient } from "../api/queries";
import { announce } from "../app/announce";
import { Buttons, Dialog } from "../ui/dialog";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { useFocusOnRefusal } from "../ui/placed";
import { labelOf, personOf } from "./matching";
import type { Member } from "./queries";

type Ids = { slack_team_id: string | null; slack_user_id: string | null };

function useIds(done: string, onClose: () => void) {
  return useMutation({
    mutationFn: ({ person, ids }: { person: User; ids: Ids }) =>
      answered(
        client.PATCH("/api/admin/users/{user_id}", {
          params: { path: { user_id: person.id } },
          body: ids,
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["people"] });
      announce(done);
      onClose();
    },
  });
}

type LinkProps = {
  team: string;
  member: Member;
  people: readonly User[];
  onClose: () => void;
};

/** Asks who of the directory a member is; whoever has the same address is suggested. */
export function LinkDialog({ team, member, people, onClose }: LinkProps) {
  const suggested = member.email && personOf(people, member.email);
  const [text, setText] = useState(suggested ? labelOf(suggested) : "");
  const [unknown, setUnknown] = useState<Error | null>(null);
  const list = useId();
  const form = useRef<HTMLFormElement>(null);
  const linking = useIds("They can answer in Slack.", onClose);
  useFocusOnRefusal(form, unknown);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const person = personOf(people, text);
    setUnknown(person ? null : new Error("Nobody of the directory is called that."));
    const ids = { slack_team_id: team, slack_user_id: member.user_id };
    if (person) linking.mutate({ person, ids });
  };
  return (
    <Dialog title={`Who is ${member.display_name || member.name}?`} onClose={onClose}>
      <form ref={form} className="space-y-4" onSubmit={submit}>
        {linking.error && <Failure error={linking.error} />}
        <Line
          label="Person of the directory"
          hint="Their address, or their name if they have none."
          required
          data-autofocus
          autoComplete="off"
          list={list}
          value={text}
          error={unknown?.message}
          onText={setText}
        />
        <datalist id={list}>
          {people.map((person) => (
            <option key={person.id} value={labelOf(person)}>
              {person.display_name}
            </option>
          ))}
        </datalist>
        <Buttons onClose={onClose} pending={linking.isPending} does="Link" />
      </form>
    </Dialog>
  );
}

/** Asks whether a person is not to answer in Slack any more. */
export function UnlinkDialog({ person, onClose }: { person: User; onClose: () => void }) {
  const unlinking = useIds("They can't answer in Slack any more.", onClose);
  return (
    <Dialog title={`Unlink ${labelOf(person)}?`} onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          unlinking.mutate({ person, ids: { slack_team_id: null, slack_user_id: null } });
        }}
      >
        {unlinking.error && <Failure error={unlinking.error} />}
        <p>What they do in Slack is not theirs any more, until they are linked again.</p>
        <Buttons onClose={onClose} pending={unlinking.isPending} does="Unlink" no="Keep" danger />
      </form>
    </Dialog>
  );
}

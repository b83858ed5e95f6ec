import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { answered, client, type User } from "../api/client";
import { queryClient } from "../api/queries";
import { announce } from "../app/announce";
import { Buttons, Dialog } from "../ui/dialog";
import { Check, Line } from "../ui/input";
import { Failure } from "../ui/notice";

const SHORTEST_PASSWORD = 12;

type DialogProps = { onClose: () => void };

function useChange(done: string, onClose: () => void) {
  return useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["people"] });
      announce(done);
      onClose();
    },
  });
}

type FrameProps = DialogProps & {
  title: string;
  does: string;
  danger?: boolean;
  changing: ReturnType<typeof useChange>;
  work: () => Promise<unknown>;
  children: ReactNode;
};

function Frame({ title, does, danger = false, changing, work, onClose, children }: FrameProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate(work);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="space-y-4" onSubmit={submit}>
        {changing.error && <Failure error={changing.error} />}
        {children}
        <Buttons onClose={onClose} pending={changing.isPending} does={does} danger={danger} />
      </form>
    </Dialog>
  );
}

const EMPTY = {
  email: "",
  display_name: "",
  role: "",
  access_level: "",
  pool: "",
  slack_team_id: "",
  slack_user_id: "",
};
type Texts = typeof EMPTY;

/** Adds a person, or changes one. */
export function PersonDialog({ person, onClose }: DialogProps & { person?: User }) {
  const [texts, setTexts] = useState<Texts>(() => textsOf(person));
  const [isOperator, setOperator] = useState(person?.is_operator ?? false);
  const [active, setActive] = useState(person?.active ?? true);
  const [password, setPassword] = useState("");
  const changing = useChange(person ? "The person was changed." : "The person was added.", onClose);
  const set = (name: keyof Texts) => (text: string) => setTexts({ ...texts, [name]: text });
  const work = () => {
    const body = { ...nullsFor(texts), is_operator: isOperator, active };
    if (!person) {
      return answered(
        client.POST("/api/admin/users", { body: { ...body, password: password || null } }),
      );
    }
    const path = { user_id: person.id };
    return answered(client.PATCH("/api/admin/users/{user_id}", { params: { path }, body }));
  };
  return (
    <Frame
      title={person ? "Edit a person" : "Add a person"}
      does={person ? "Save" : "Add"}
      changing={changing}
      work={work}
      onClose={onClose}
    >
      <Line label="Name" data-autofocus value={texts.display_name} onText={set("display_name")} />
      <Line label="Email address" type="email" value={texts.email} onText={set("email")} />
      <Line
        label="Role"
        hint="What they do; tasks can ask for it."
        value={texts.role}
        onText={set("role")}
      />
      <Line
        label="Access level"
        hint="What they may decide; tasks can ask for it."
        value={texts.access_level}
        onText={set("access_level")}
      />
      <Line
        label="Pool"
        hint="The team they answer with; tasks can ask for it."
        value={texts.pool}
        onText={set("pool")}
      />
      <details>
        <summary className="min-h-6 text-muted">In Slack</summary>
        <div className="mt-3 space-y-4">
          <Line
            label="Slack member"
            hint="Begins with U or W."
            value={texts.slack_user_id}
            onText={set("slack_user_id")}
          />
          <Line
            label="Slack workspace"
            hint="Begins with T or E."
            value={texts.slack_team_id}
            onText={set("slack_team_id")}
          />
        </div>
      </details>
      {!person && (
        <Line
          label="Password"
          hint={`At least ${SHORTEST_PASSWORD} characters. Without one they can't sign in here.`}
          type="password"
          autoComplete="new-password"
          minLength={SHORTEST_PASSWORD}
          value={password}
          onText={setPassword}
        />
      )}
      <Check
        label="Operator"
        hint="Sees every task and runs this server."
        checked={isOperator}
        onCheck={setOperator}
      />
      <Check
        label="Active"
        hint="Can sign in and be given tasks. Whoever is deactivated is signed out at once."
        checked={active}
        onCheck={setActive}
      />
    </Frame>
  );
}

function textsOf(person: User | undefined): Texts {
  const known = Object.keys(EMPTY).map((name) => [name, person?.[name as keyof Texts] ?? ""]);
  return Object.fromEntries(known) as Texts;
}

function nullsFor(texts: Texts): { [name in keyof Texts]: string | null } {
  const known = Object.entries(texts).map(([name, text]) => [name, text.trim() || null]);
  return Object.fromEntries(known) as { [name in keyof Texts]: string | null };
}

/** Sets or takes away a person's password. */
export function PasswordDialog({ person, onClose }: DialogProps & { person: User }) {
  const [password, setPassword] = useState("");
  const [remove, setRemove] = useState(false);
  const params = { path: { user_id: person.id } };
  const done = remove ? "They can't sign in any more." : "The password was set.";
  const changing = useChange(done, onClose);
  const work = () =>
    remove
      ? answered(client.DELETE("/api/admin/users/{user_id}/password", { params }))
      : answered(
          client.POST("/api/admin/users/{user_id}/password", { params, body: { password } }),
        );
  return (
    <Frame
      title="Password"
      does={remove ? "Take it away" : "Set the password"}
      danger={remove}
      changing={changing}
      work={work}
      onClose={onClose}
    >
      <p>
        {person.display_name ?? person.email} is signed out everywhere, and signs in with the new
        password.
      </p>
      {!remove && (
        <Line
          label="New password"
          hint={`At least ${SHORTEST_PASSWORD} characters.`}
          type="password"
          autoComplete="new-password"
          data-autofocus
          required
          minLength={SHORTEST_PASSWORD}
          value={password}
          onText={setPassword}
        />
      )}
      {person.has_password && (
        <Check label="Take the password away instead" checked={remove} onCheck={setRemove} />
      )}
    </Frame>
  );
}

/** Asks whether a person is really to be removed. */
export function RemoveDialog({ person, onClose }: DialogProps & { person: User }) {
  const changing = useChange("The person was removed.", onClose);
  const params = { path: { user_id: person.id } };
  return (
    <Frame
      title="Remove this person?"
      does="Remove"
      danger
      changing={changing}
      work={() => answered(client.DELETE("/api/admin/users/{user_id}", { params }))}
      onClose={onClose}
    >
      <p>
        {person.display_name ?? person.email} is signed out and gets no more tasks. What they
        answered keeps their name. To keep them for later, edit them and take “Active” away.
      </p>
    </Frame>
  );
}

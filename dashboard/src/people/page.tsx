import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { User } from "../api/client";
import { peopleQuery } from "../api/queries";
import { useIsOperator } from "../app/session";
import { Line } from "../ui/input";
import { Empty, Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { PasswordDialog, PersonDialog, RemoveDialog } from "./dialogs";

type Open = { dialog: "edit" | "password" | "remove"; person: User } | { dialog: "add" };

export function People() {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const add = (
    <button
      type="button"
      className="button button-primary"
      onClick={() => setOpen({ dialog: "add" })}
    >
      Add a person
    </button>
  );
  return (
    <Page title="People" aside={useIsOperator() && add}>
      <OperatorsOnly>
        <List onOpen={setOpen} />
      </OperatorsOnly>
      {open?.dialog === "add" && <PersonDialog onClose={close} />}
      {open?.dialog === "edit" && <PersonDialog person={open.person} onClose={close} />}
      {open?.dialog === "password" && <PasswordDialog person={open.person} onClose={close} />}
      {open?.dialog === "remove" && <RemoveDialog person={open.person} onClose={close} />}
    </Page>
  );
}

function List({ onOpen }: { onOpen: (open: Open) => void }) {
  const [text, setText] = useState("");
  const query = useInfiniteQuery(peopleQuery);
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Waiting />;
  const people = query.data.pages.flatMap((page) => page.items).filter((one) => says(one, text));
  return (
    <>
      <div className="max-w-xs">
        <Line label="Find" type="search" value={text} onText={setText} />
      </div>
      {people.length === 0 ? (
        <Empty title="Nobody is called that" />
      ) : (
        <Table label="People" columns={["Person", "Routing", "Access", "Last task", ""]}>
          {people.map((person) => (
            <Row key={person.id} person={person} onOpen={onOpen} />
          ))}
        </Table>
      )}
      {query.hasNextPage && (
        <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  );
}

function Row({ person, onOpen }: { person: User; onOpen: (open: Open) => void }) {
  const routing = [person.role, person.access_level, person.pool].filter(Boolean).join(", ");
  const name = nameOf(person);
  return (
    <tr className={person.active ? "" : "text-muted"}>
      <td className="min-w-44">
        <span className="font-medium wrap-anywhere">{name}</span>
        {person.display_name && (
          <span className="block text-sm wrap-anywhere text-muted">{person.email}</span>
        )}
      </td>
      <td>{routing || <span className="text-muted">any task</span>}</td>
      <td className="space-x-1">
        <Badge>{person.is_operator ? "Operator" : "Reviewer"}</Badge>
        {!person.active && <Badge className="bg-warn-soft text-warn">Deactivated</Badge>}
        {!person.has_password && <Badge>No sign-in</Badge>}
      </td>
      <td className="whitespace-nowrap">
        {person.last_assigned_at ? <Time at={person.last_assigned_at} /> : "never"}
      </td>
      <td className="whitespace-nowrap md:text-right">
        {(["edit", "password", "remove"] as const).map((dialog) => (
          <button
            key={dialog}
            type="button"
            className="button button-quiet px-2"
            onClick={() => onOpen({ dialog, person })}
          >
            {NAMES[dialog]}
            <span className="sr-only"> of {name}</span>
          </button>
        ))}
      </td>
    </tr>
  );
}

const NAMES = { edit: "Edit", password: "Password", remove: "Remove" };

function nameOf(person: User): string {
  return person.display_name ?? person.email ?? person.slack_user_id ?? person.id;
}

function says(person: User, text: string): boolean {
  const words = [person.display_name, person.email, person.role, person.pool, person.access_level];
  return words.join(" ").toLowerCase().includes(text.trim().toLowerCase());
}

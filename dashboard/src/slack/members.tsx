import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { User } from "../api/client";
import { peopleQuery } from "../api/queries";
import { Line } from "../ui/input";
import { Empty, Failure, Waiting } from "../ui/notice";
import { Table } from "../ui/table";
import { LinkDialog, UnlinkDialog } from "./link";
import { holderOf, says } from "./matching";
import { type Member, membersQuery, workspacesQuery } from "./queries";

type Open = { dialog: "link"; member: Member } | { dialog: "unlink"; person: User };

/** The people of a workspace, and who of them is who in the directory. */
export function Members({ team }: { team: string }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState<Open>();
  const { data: setup } = useQuery(workspacesQuery);
  const { data, error, refetch } = useQuery(membersQuery(team));
  const people = useEverybody();
  const name = setup?.items.find(({ team_id }) => team_id === team)?.team_name ?? team;
  const close = () => setOpen(undefined);
  const shown = data?.items.filter((member) => says(member, text)) ?? [];
  return (
    <>
      <p>
        <Link to="/slack" className="link inline-block min-h-6">
          All workspaces
        </Link>
      </p>
      <h2 className="wrap-anywhere">Members of {name}</h2>
      <p className="text-muted">
        Who answers in Slack is the person of the directory that has this Slack member.
      </p>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <div className="max-w-xs">
          <Line label="Find" type="search" value={text} onText={setText} />
        </div>
      )}
      {data && shown.length === 0 && <Empty title="Nobody is called that" />}
      {shown.length > 0 && (
        <Table label="Members" columns={["Member", "Email", "In the directory", ""]}>
          {shown.map((member) => (
            <Row
              key={member.user_id}
              member={member}
              person={holderOf(people, team, member)}
              onOpen={setOpen}
            />
          ))}
        </Table>
      )}
      {open?.dialog === "link" && (
        <LinkDialog team={team} member={open.member} people={people} onClose={close} />
      )}
      {open?.dialog === "unlink" && <UnlinkDialog person={open.person} onClose={close} />}
    </>
  );
}

type RowProps = { member: Member; person: User | undefined; onOpen: (open: Open) => void };

function Row({ member, person, onOpen }: RowProps) {
  const name = member.display_name || member.name;
  return (
    <tr>
      <td className="min-w-40">
        <span className="font-medium wrap-anywhere">{name}</span>
        <code className="block text-sm text-muted">{member.user_id}</code>
      </td>
      <td className="wrap-anywhere">{member.email}</td>
      <td className="wrap-anywhere">
        {person ? (
          (person.display_name ?? person.email)
        ) : (
          <span className="text-muted">nobody</span>
        )}
      </td>
      <td className="whitespace-nowrap md:text-right">
        <button
          type="button"
          className="button button-quiet px-2"
          onClick={() => onOpen(person ? { dialog: "unlink", person } : { dialog: "link", member })}
        >
          {person ? "Unlink" : "Link"}
          <span className="sr-only"> {name}</span>
        </button>
      </td>
    </tr>
  );
}

/** Gives the whole directory, page by page. */
function useEverybody(): readonly User[] {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(peopleQuery);
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Which member of a workspace is which person of the directory. */
import type { User } from "../api/client";
import type { Member } from "./queries";

/** Gives the person who answers as this member. */
export function holderOf(
  people: readonly User[],
  team: string,
  { user_id }: Pick<Member, "user_id">,
): User | undefined {
  return people.find((person) => person.slack_team_id === team && person.slack_user_id === user_id);
}

/** Gives the person who has this name on the list, which is their address or their name. */
export function personOf(people: readonly User[], text: string): User | undefined {
  const wanted = text.trim().toLowerCase();
  return people.find((person) => labelOf(person).toLowerCase() === wanted);
}

/** What a person is called where one of them is chosen. */
export function labelOf({ email, display_name, id }: User): string {
  return email ?? display_name ?? id;
}

export function says(member: Member, text: string): boolean {
  const words = [member.name, member.display_name, member.email, member.user_id];
  return words.join(" ").toLowerCase().includes(text.trim().toLowerCase());
}

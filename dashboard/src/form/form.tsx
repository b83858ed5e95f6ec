import { useMemo } from "react";
import type { Problem } from "./answer";
import { FormContext, focusField, titleOf } from "./context";
import { decisionOf } from "./decision";
import type { Draft, Drafts } from "./draft";
import { FieldInput } from "./input";
import type { Field } from "./kinds";

type Props = {
  id: string;
  fields: readonly Field[];
  drafts: Drafts;
  problems: readonly Problem[];
  disabled: boolean;
  onChange: (name: string, draft: Draft) => void;
};

/** The fields of an answer, each with what is wrong with it. */
export function Fields({ id, fields, drafts, problems, disabled, onChange }: Props) {
  const state = useMemo(() => ({ id, problems, disabled }), [id, problems, disabled]);
  const decision = decisionOf(fields);
  return (
    <FormContext value={state}>
      <div className="space-y-5">
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            path={field.isWhole ? [] : [field.name]}
            draft={drafts[field.name]}
            keys={field === decision}
            onChange={(draft) => onChange(field.name, draft)}
          />
        ))}
      </div>
    </FormContext>
  );
}

type SummaryProps = Pick<Props, "id" | "fields" | "problems"> & {
  ref: React.Ref<HTMLDivElement>;
};

/** Everything that is wrong, each a way to its field. */
export function Summary({ id, fields, problems, ref }: SummaryProps) {
  if (problems.length === 0) return null;
  const many = problems.length > 1;
  return (
    <div
      ref={ref}
      role="alert"
      tabIndex={-1}
      className="rounded-md border border-bad/30 bg-bad-soft px-3 py-2 text-bad"
    >
      <p className="font-medium">
        {many ? `${problems.length} things have` : "One thing has"} to be corrected:
      </p>
      <ul className="mt-1 space-y-0.5">
        {problems.map(({ path, msg }) => (
          <li key={`${path.join("/")} ${msg}`}>
            <button
              type="button"
              className="min-h-6 text-left underline underline-offset-2"
              onClick={() => focusField(id, path)}
            >
              {titleOf(fields, path)}
            </button>{" "}
            {msg}
          </li>
        ))}
      </ul>
    </div>
  );
}

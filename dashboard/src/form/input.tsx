/** Finds the control for a kind. */
import type { InputProps } from "./context";
import { ChoiceInput, FileInput, JsonInput, NumberInput, TextInput } from "./controls";
import { CLEARED, type Draft } from "./draft";
import { Absent, ListInput, MappingInput, RecordInput, UnionInput } from "./groups";
import type { Field, Path } from "./kinds";
import { MomentInput } from "./moment";

const FILES = new Set(["base64", "base64url"]);

type FieldProps = {
  field: Field;
  path: Path;
  draft: Draft;
  onChange: (draft: Draft) => void;
  keys?: boolean;
};

export function FieldInput({ field, keys = false, ...props }: FieldProps) {
  const optional = !field.required;
  const mayBeAbsent = optional && field.default === undefined;
  const { title, description } = field;
  const label = { title, description, optional, mayBeAbsent, keys };
  return <Input {...props} kind={field.kind} label={label} />;
}

export function Input({ kind, ...props }: InputProps) {
  switch (kind.is) {
    case "text":
      return FILES.has(kind.format ?? "") ? (
        <FileInput {...props} kind={kind} />
      ) : (
        <TextInput {...props} kind={kind} />
      );
    case "integer":
    case "number":
    case "decimal":
      return <NumberInput {...props} kind={kind} />;
    case "boolean":
    case "choice":
      return <ChoiceInput {...props} kind={kind} />;
    case "date":
    case "time":
    case "datetime":
      return <MomentInput {...props} kind={kind} />;
    case "union":
      return <UnionInput {...props} kind={kind} />;
    case "optional":
      return (
        <Input
          {...props}
          kind={kind.kind}
          label={{ ...props.label, optional: true, mayBeAbsent: true }}
        />
      );
    case "json":
      return <JsonInput {...props} kind={kind} />;
    default:
      return <GroupInput {...props} kind={kind} />;
  }
}

function GroupInput({ kind, ...props }: InputProps) {
  if (props.label.mayBeAbsent && !props.draft) return <Absent {...props} kind={kind} />;
  const group =
    kind.is === "list" ? (
      <ListInput {...props} kind={kind} />
    ) : kind.is === "mapping" ? (
      <MappingInput {...props} kind={kind} />
    ) : kind.is === "record" ? (
      <RecordInput {...props} kind={kind} />
    ) : null;
  if (!props.label.mayBeAbsent) return group;
  return (
    <div className="space-y-2">
      {group}
      <button type="button" className="button button-quiet" onClick={() => props.onChange(CLEARED)}>
        Leave out {props.label.title.toLowerCase()}
      </button>
    </div>
  );
}

type Props = {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
};

/** A choice of a few, with its name above it. */
export function Select({ label, value, options, onChange }: Props) {
  return (
    <label className="inline-block space-y-1 font-medium">
      <span className="block">{label}</span>
      <select
        className="control w-auto min-w-32 font-normal"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

import { useMe } from "../app/session";
import { change, type Theme, useSettings } from "../app/settings";
import { Check } from "../ui/input";
import { Page } from "../ui/page";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function Settings() {
  const { theme, singleKeys, moveOn } = useSettings();
  const me = useMe();
  return (
    <Page title="Settings">
      <section className="card space-y-3 p-5">
        <h2>Appearance</h2>
        <fieldset className="flex flex-wrap gap-2">
          <legend className="mb-1 font-medium">Theme</legend>
          {THEMES.map(([name, title]) => (
            <label
              key={name}
              className="flex min-h-9 items-center gap-2 rounded-md border border-line px-3 has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="theme"
                className="size-4 accent-accent"
                checked={theme === name}
                onChange={() => change({ theme: name })}
              />
              {title}
            </label>
          ))}
        </fieldset>
      </section>
      <section className="card space-y-4 p-5">
        <h2>Working through the queue</h2>
        <Check
          label="Go on to the next task after submitting"
          checked={moveOn}
          onCheck={(checked) => change({ moveOn: checked })}
        />
        <Check
          label="Single keys"
          hint="Letters and digits do something wherever nothing is being typed. Keys with Ctrl or ⌘ always do."
          checked={singleKeys}
          onCheck={(checked) => change({ singleKeys: checked })}
        />
      </section>
      <section className="card space-y-2 p-5">
        <h2>You</h2>
        <p>
          {me.display_name && `${me.display_name}, `}
          {me.email}, {me.kind === "operator" ? "operator" : "reviewer"}
        </p>
        <p className="text-muted">
          These settings stay in this browser. An operator can change your name or password.
        </p>
      </section>
    </Page>
  );
}

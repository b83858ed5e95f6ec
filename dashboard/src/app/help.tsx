import { Dialog } from "../ui/dialog";
import { MOD } from "./keys";
import { useSettings } from "./settings";

const KEYS: readonly (readonly [string, string])[] = [
  ["j, k", "Next or previous task"],
  ["Enter", "Open the task"],
  ["1 – 9", "Decide"],
  [`${MOD} Enter`, "Submit, and go on to the next"],
  ["c", "Claim"],
  ["x", "Select"],
  ["/", "Search"],
  ["g q", "Go to the queue"],
  ["g a", "Go to the audit"],
  [`${MOD} K`, "Find a page or a task"],
  ["t", "Light or dark"],
  ["Esc", "Back, or close"],
  ["?", "This help"],
];

export default function Help({ onClose }: { onClose: () => void }) {
  const { singleKeys } = useSettings();
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {KEYS.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="key">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      {!singleKeys && (
        <p className="mt-4 text-muted">Single keys are turned off in the settings.</p>
      )}
    </Dialog>
  );
}

import type { Schemas } from "../api/client";
import { Notice } from "./notice";

/** What the vendor said of a message that was sent to try a channel, in its own words. */
export function Tried({ result, who }: { result: Schemas["TestResult"]; who: string }) {
  return (
    <div role={result.ok ? "status" : "alert"}>
      <Notice tone={result.ok ? "good" : "bad"}>
        <p className="font-semibold">{result.ok ? `${who} took it` : `${who} did not take it`}</p>
        <p className="whitespace-pre-line">{result.detail}</p>
      </Notice>
    </div>
  );
}

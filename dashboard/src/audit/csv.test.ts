import { expect, test } from "vitest";
import { csv } from "./csv";

test("a spreadsheet shows what is in a cell and runs none of it", () => {
  expect(
    csv(
      ["a", "b"],
      [
        ["=1+1", 'say "hi", please'],
        [null, 2],
      ],
    ),
  ).toBe('a,b\r\n\'=1+1,"say ""hi"", please"\r\n,2\r\n');
});

import { expect, test } from "vitest";
import { fieldsOf } from "../form/schema";
import { bytesOf, imageOf, isLink } from "./content";
import { columnsOf, entriesOf } from "./shape";

const fields = fieldsOf({
  type: "object",
  properties: { order: { type: "string", title: "Order number" }, gone: { type: "string" } },
});
const record = { is: "record", title: "", fields: () => fields } as const;

test("what the schema describes comes first, and nothing is left out", () => {
  const entries = entriesOf({ extra_note: 1, order: "A-1" }, record);
  expect(entries.map(({ title }) => title)).toEqual(["Order number", "Extra note"]);
});

test("a list of records is a table with a column for each name that is used", () => {
  const columns = columnsOf([{ order: "A-1" }, { total: 2 }], record);
  expect(columns?.map(({ title }) => title)).toEqual(["Order number", "Total"]);
  expect(columnsOf([{ order: "A-1" }, 2], record)).toBeUndefined();
});

test("only what leads to the web or to a mailbox is a link", () => {
  expect(isLink("https://example.com/a?b=c")).toBe(true);
  for (const text of ["javascript:alert(1)", "data:text/html,x", "https://a b", "//example.com"]) {
    expect(isLink(text)).toBe(false);
  }
});

test("images are shown where they run nothing", () => {
  expect(imageOf("data:image/png;base64,iVBORw0KGgo=", "")).toMatch(/^data:image\/png/);
  expect(imageOf("data:image/svg+xml;base64,PHN2Zz4=", "")).toBeUndefined();
  expect(imageOf("https://example.com/a.png", "")).toBeUndefined();
  expect(imageOf("iVBORw0KGgo=", "base64")).toBe("data:image/png;base64,iVBORw0KGgo=");
});

test("a file is its bytes", () => {
  expect(bytesOf("-_8=", "base64url")).toEqual(new Uint8Array([251, 255]));
  expect(bytesOf("plain", "")).toBeUndefined();
});

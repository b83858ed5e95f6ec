import { expect, test } from "vitest";
import { ApiError } from "../api/error";
import { placed } from "./placed";

const NAMES = ["name", "host", "port"] as const;

function refused(...locs: (readonly (string | number)[])[]): ApiError {
  const errors = locs.map((loc) => ({ loc: [...loc], msg: `wrong: ${loc.join(".")}` }));
  return new ApiError(422, "VALIDATION_ERROR", "Something is wrong.", errors);
}

test("an error stands beside the field at the end of its way", () => {
  const { beside, above } = placed(
    refused(["body", "name"], ["body", "smtp", "SmtpSettings", "port"]),
    NAMES,
  );
  expect(beside).toEqual({ name: "wrong: body.name", port: "wrong: body.smtp.SmtpSettings.port" });
  expect(above).toBeNull();
});

test("an error of no field is shown above the form, alone", () => {
  const { beside, above } = placed(refused(["body", "host"], ["body"]), NAMES);
  expect(beside).toEqual({ host: "wrong: body.host" });
  expect((above as ApiError).errors).toEqual([{ loc: ["body"], msg: "wrong: body" }]);
});

test("a refusal without fields is shown above the form", () => {
  const error = new ApiError(409, "EMAIL_IDENTITY_EXISTS", "There is one.");
  expect(placed(error, NAMES)).toEqual({ beside: {}, above: error });
  expect(placed(null, NAMES)).toEqual({ beside: {}, above: null });
});

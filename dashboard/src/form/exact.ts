/** Compares numbers as they are written, without rounding them. */
import type { Bound } from "./kinds";

type Scaled = { digits: bigint; power: number };

export function isMore(one: Bound | string, other: Bound | string): boolean {
  return difference(one, other) > 0n;
}

export function isSame(one: Bound | string, other: Bound | string): boolean {
  return difference(one, other) === 0n;
}

function difference(one: Bound | string, other: Bound | string): bigint {
  const left = scaled(String(one));
  const right = scaled(String(other));
  const power = Math.min(left.power, right.power);
  return at(left, power) - at(right, power);
}

function at({ digits, power }: Scaled, lower: number): bigint {
  return digits * 10n ** BigInt(power - lower);
}

function scaled(text: string): Scaled {
  const [, sign, whole = "", fraction = "", power = "0"] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = BigInt(`${whole}${fraction}` || "0");
  return { digits: sign === "-" ? -digits : digits, power: Number(power) - fraction.length };
}

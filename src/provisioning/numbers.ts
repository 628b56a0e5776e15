import { Size, Token } from 'aws-cdk-lib';
import { checkKind } from '../input/kind';
import { integer } from '../input/kinds';

/** Refuses a number that is not whole or lies outside its limits; tokens pass. */
export function checkInteger(what: string, value: number | undefined, minimum: number, maximum?: number): void {
  checkKind(what, value, integer(minimum, maximum));
}

/** A Kubernetes quantity of bytes, in the largest binary unit up to Gi that leaves no fraction. */
export function byteQuantity(what: string, size: Size): string {
  if (size.isUnresolved()) {
    throw new Error(`${what} is a token: set a size that is known at synthesis, as a quantity is written with its unit`);
  }
  const bytes = size.toBytes();
  const [unit, factor] = ([['Gi', 1024 ** 3], ['Mi', 1024 ** 2], ['Ki', 1024]] as const).find(([, each]) => bytes % each === 0) ?? ['', 1];
  return `${bytes / factor}${unit}`;
}

/** A Kubernetes quantity of processors, in thousandths where it is not whole. */
export function cpuQuantity(what: string, cpus: number): string {
  if (Token.isUnresolved(cpus)) {
    throw new Error(`${what} is a token: set a number that is known at synthesis, as a quantity is written as text`);
  }
  const thousandths = Math.round(cpus * 1000);
  // Multiplication of decimal fractions is inexact (0.29 * 1000 is not 290), hence the tolerance.
  if (!Number.isSafeInteger(thousandths) || cpus < 0 || Math.abs(cpus * 1000 - thousandths) > 1e-6) {
    throw new Error(`${what} is ${cpus}: set a number of processors of at least 0, in steps of 0.001`);
  }
  return Number.isInteger(cpus) ? `${cpus}` : `${thousandths}m`;
}

/** A number of things as a Kubernetes quantity. */
export function countQuantity(what: string, count: number, minimum: number = 0): string {
  if (Token.isUnresolved(count)) {
    throw new Error(`${what} is a token: set a number that is known at synthesis, as a quantity is written as text`);
  }
  checkInteger(what, count, minimum);
  return `${count}`;
}

import { Token } from 'aws-cdk-lib';

const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** A field of a schedule and the numbers, or names in their place, that it takes. */
interface Field {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly names?: readonly string[];
}

/** As Karpenter's parser has them: the week has no seventh day, Sunday is 0. */
const FIELDS: readonly Field[] = [
  { name: 'minute', minimum: 0, maximum: 59 },
  { name: 'hour', minimum: 0, maximum: 23 },
  { name: 'day of the month', minimum: 1, maximum: 31 },
  { name: 'month', minimum: 1, maximum: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of the week', minimum: 0, maximum: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/**
 * Refuses a schedule that Karpenter cannot read, and gives it back as it is.
 *
 * The API server looks only at the number of blanks. Karpenter then disrupts no node of the pool at all.
 */
export function checkSchedule(schedule: string): string {
  if (Token.isUnresolved(schedule) || MACROS.includes(schedule)) {
    return schedule;
  }
  const texts = schedule.trim().split(/\s+/);
  if (schedule.startsWith('@') || texts.length !== FIELDS.length) {
    throw new Error(`schedule of a disruption budget is "${schedule}": write ${FIELDS.length} fields (${FIELDS.map((field) => field.name).join(', ')}), `
      + `all in UTC, such as "0 9 * * mon-fri", or one of ${MACROS.join(', ')}`);
  }
  texts.forEach((text, index) => checkField(schedule, text, FIELDS[index]));
  return schedule;
}

function checkField(schedule: string, text: string, field: Field): void {
  if (!text.split(',').every((part) => isPart(part, field))) {
    const names = field.names ? `, or ${field.names[0]} to ${field.names[field.names.length - 1]}` : '';
    throw new Error(`schedule of a disruption budget, "${schedule}", has "${text}" as its ${field.name}: write numbers from `
      + `${field.minimum} to ${field.maximum}${names}, ranges such as "1-5", steps such as "*/2", or "*"`);
  }
}

function isPart(part: string, field: Field): boolean {
  const [range, step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) {
    return false;
  }
  if (range === '*' || range === '?') {
    return true;
  }
  const bounds = range.split('-').map((bound) => numberOf(bound, field));
  return bounds.length <= 2 && bounds.every((bound) => bound >= field.minimum && bound <= field.maximum) && bounds[0] <= bounds[bounds.length - 1];
}

function numberOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) {
    return named + field.minimum;
  }
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

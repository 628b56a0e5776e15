import assert from 'assert/strict';
import * as fs from 'fs';
import { test } from 'node:test';
import * as path from 'path';
import { authenticatorReadings } from './aws-auth';
import { Workshop } from './workshop';
import { AWS_AUTH_DOCUMENTS } from '../../test/node-access/aws-auth/documents';

const RECORDED = path.join(__dirname, '../../test/node-access/aws-auth/readings.json');

/** One reading a line. */
const text = (readings: readonly object[]) => `[\n${readings.map(reading => JSON.stringify(reading)).join(',\n')}\n]\n`;

/** With WRITE_AWS_AUTH_READINGS=1 they are recorded anew, after documents were added. */
void test('the authenticator still reads the documents of the unit tests as it is recorded', async () => {
  const real = await authenticatorReadings(AWS_AUTH_DOCUMENTS.map(({ data }) => data), new Workshop(console.log));
  const readings = AWS_AUTH_DOCUMENTS.map(({ title }, index) => ({ title, ...real[index] }));
  if (process.env.WRITE_AWS_AUTH_READINGS) {
    fs.writeFileSync(RECORDED, text(readings));
  }
  assert.deepEqual(JSON.parse(fs.readFileSync(RECORDED, 'utf8')), JSON.parse(text(readings)));
});

import { entry } from './lambda';

export const handler = entry({});

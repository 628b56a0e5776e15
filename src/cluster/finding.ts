import { PreflightCheck } from './preflight-check';
import { shortList } from './survey';
import { Finding } from './verdict';

/** A message names at most this much; the log has all. */
export const NAMED_BYTES = 300;

export const error = (check: PreflightCheck, message: string, remedy: string): Finding => ({ check, severity: 'error', message, remedy });
export const warning = (check: PreflightCheck, message: string, remedy: string): Finding => ({ check, severity: 'warning', message, remedy });
export const named = (items: readonly string[]): string => shortList(items, NAMED_BYTES);

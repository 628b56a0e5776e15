/** A host that does not answer in this time is not to be reached; within AWS it takes milliseconds. */
const CONNECTION_MILLISECONDS = 3_000;
/** Slower than any read or write of ours, and far below the time that a function has. */
const REQUEST_MILLISECONDS = 20_000;
/** What the function for the Kubernetes API has for one call, in seconds: less than the one that asks it, which then can say what happened. */
export const INNER_FUNCTION_SECONDS = 240;

/** How long clients of AWS wait; by default they wait for ever, until the function that they are in is ended in the middle. */
export const CLIENT_OPTIONS = {
  requestHandler: { connectionTimeout: CONNECTION_MILLISECONDS, requestTimeout: REQUEST_MILLISECONDS, throwOnRequestTimeout: true },
};

/** The same for a client that asks the function for the Kubernetes API, whose answer takes as long as its work. */
export const ASKING_OPTIONS = {
  requestHandler: { connectionTimeout: CONNECTION_MILLISECONDS, requestTimeout: (INNER_FUNCTION_SECONDS + 20) * 1000, throwOnRequestTimeout: true },
};

export { runPhases } from './run';

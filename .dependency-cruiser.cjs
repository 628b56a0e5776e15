/**
 * The floors of the house, from the ground up; what stands on one floor stands side by side. A file imports from its own chapter and from the
 * floors below, never from above and never from beside.
 */
const FLOORS = {
  'src': [
    ['input'],
    ['words', 'kubernetes', 'custom-resources'],
    ['cluster'],
    ['provisioning'],
    ['karpenter'],
    ['discovery-tags', 'node-access', 'iam', 'interruption'],
    ['workflow'],
    ['preflight', 'observability'],
    // The entries: what Lambda starts, and what users import.
    ['functions', '[^/]+[.]ts'],
    // The command line, which synthesizes what users would write.
    ['cli'],
  ],
  'proving-ground': [
    ['parts'],
    ['cluster'],
    ['aws'],
    ['nodes'],
    ['customer'],
    ['observe'],
    ['phases'],
    ['[^/]+[.]ts'],
  ],
};

/** What each step of the workflow has to itself; what steps share is in `workflow/`, `workflow/draining/` and `workflow/emptying/`. */
const STEPS = ['critical-workloads', 'cluster-autoscaler', 'scale-down', 'former-pools', 'removal'];

const SDK_CLIENTS = '(^|node_modules/)(@aws-sdk/|@smithy/|@kubernetes/client-node)';
const ADAPTERS = '[.](aws|kubernetes)[.]ts$';

const inside = (tree, chapters) => `^${tree}/(${chapters.join('|')})(/|$)`;

/** One rule for each chapter: everything is forbidden that is neither its own nor on a floor below. */
function floorRules(tree, floors) {
  return floors.flatMap((floor, height) => floor.map(chapter => ({
    name: `floor of ${tree}/${chapter.includes('[') ? '' : chapter}`,
    severity: 'error',
    from: { path: inside(tree, [chapter]) },
    to: { path: inside(tree, floors.slice(height).flat().filter(one => one !== chapter)) },
  }))).filter(rule => !rule.to.path.includes('()'));
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(FLOORS).flatMap(([tree, floors]) => floorRules(tree, floors)),
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src stands alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(proving-ground|bench|test|projenrc|examples)/' },
    },
    ...STEPS.map(step => ({
      name: `step ${step} stands alone`,
      severity: 'error',
      from: { path: `^src/workflow/${step}/` },
      to: { path: inside('src/workflow', STEPS.filter(other => other !== step)) },
    })),
    {
      name: 'clients live in adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: ADAPTERS },
      to: { path: SDK_CLIENTS },
    },
    {
      name: 'plans know no adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: [ADAPTERS, '^src/functions/[^/]+[.]lambda[.]ts$', '^src/cli/main[.]ts$'] },
      to: { path: `^src/.*${ADAPTERS}` },
    },
    {
      name: 'functions know no CDK',
      severity: 'error',
      from: { path: '^src/functions/' },
      to: { path: '(^|node_modules/)(aws-cdk-lib|constructs|cdk8s)(/|$)', reachable: true },
    },
  ],
  options: {
    // Types count: who must know a type of another file must read that file.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.dev.json' },
    doNotFollow: { path: 'node_modules' },
    // What a run leaves, or is writing just now.
    exclude: { path: '^proving-ground/runs/' },
  },
};

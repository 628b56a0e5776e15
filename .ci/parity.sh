# What the comparisons of packages have in common: each sources this in the root of the clone.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

context=$(node -p "JSON.stringify(require('./cdk.json').context)")

synth() { # a name for the output, and the command of an app
  CDK_OUTDIR="$work/$1" CDK_CONTEXT_JSON="$context" CDK_DEFAULT_ACCOUNT=111111111111 CDK_DEFAULT_REGION=us-east-1 "${@:2}"
}

same() { # the names of two outputs
  local name
  for name in "$1" "$2"; do
    jq -S . "$work/$name/Karpenter.template.json" > "$work/$name.json" || return
  done
  diff "$work/$1.json" "$work/$2.json"
}

compile() { # what packages are made of, unless it is there
  if [ ! -e lib/index.js ] || [ -n "$(find src rosetta README.md package.json -newer lib/index.js -print -quit)" ]; then
    npx projen bundle
    npx projen compile
  fi
}

typescript_twin() { # the npm packages to use: examples/install-v1-layer.ts with the library as npm would install it, as output typescript
  local twin="$work/twin"
  mkdir -p "$twin/examples"
  cp examples/context.ts examples/install-v1-layer.ts "$twin/examples"
  npm pack --silent --pack-destination "$twin" > "$twin/tarball"
  echo '{ "private": true }' > "$twin/package.json"
  npm install --prefix "$twin" --no-audit --no-fund --silent "$@" "$twin/$(cat "$twin/tarball")"
  # What the examples import as the sources is the package here.
  ln -s node_modules/cdk-karpenter-migration "$twin/src"
  synth typescript npx tsx "$twin/examples/install-v1-layer.ts"
}

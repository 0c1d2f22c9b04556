/** The generators of clients that are tried, each pinned: how it is installed, what it is told, and how its client is compiled and run. */

export interface Client {
  /** Also the name of its journey in `journeys/`. */
  readonly name: string;
  readonly language: string;
  /** What is tried, with versions, for the table. */
  readonly versions: string;
  /** Programs that must be there. */
  readonly needs: readonly string[];
  /** Where the journey goes in the client's folder. */
  readonly journey: string;
  /** Files of `configs/` and `journeys/` beside it. */
  readonly files: readonly string[];
  /** Commands of a shell, run in the client's folder, which has the document as `openapi.json`. */
  readonly install: string;
  readonly generate: string;
  readonly compile: string;
  readonly run: string;
}

const NPM = 'npm install --no-audit --no-fund --loglevel=error --ignore-scripts';
const TYPESCRIPT = 'typescript@5.9.3 @types/node@22.19.1';
const GENERATOR_JAR = 'openapi-generator-cli-7.25.0.jar';
const getGenerator = `mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
  -Dartifact=org.openapitools:openapi-generator-cli:7.25.0 -DoutputDirectory=.`;

const typescript = {
  language: 'TypeScript',
  journey: 'journey.ts',
  compile: 'npx tsc',
  run: 'node build/journey.js',
};

export const clients: readonly Client[] = [
  {
    ...typescript,
    name: 'openapi-typescript',
    versions: 'openapi-typescript 7.13.0, openapi-fetch 0.17.0',
    needs: ['npm'],
    files: ['tsconfig.json', 'mailbox.ts'],
    install: `${NPM} openapi-typescript@7.13.0 openapi-fetch@0.17.0 ${TYPESCRIPT}`,
    generate: 'npx openapi-typescript openapi.json --output client/schema.d.ts',
  },
  {
    ...typescript,
    name: 'hey-api',
    versions: '@hey-api/openapi-ts 0.99.0, zod 4.6.7',
    needs: ['npm'],
    files: ['tsconfig.json', 'mailbox.ts', 'openapi-ts.config.mjs'],
    install: `${NPM} @hey-api/openapi-ts@0.99.0 zod@4.6.7 ${TYPESCRIPT}`,
    generate: 'npx openapi-ts --file openapi-ts.config.mjs',
  },
  {
    ...typescript,
    name: 'orval',
    versions: 'orval 8.38.0, zod 4.6.7',
    needs: ['npm'],
    files: ['tsconfig.json', 'mailbox.ts', 'orval.config.mjs'],
    install: `${NPM} orval@8.38.0 zod@4.6.7 ${TYPESCRIPT}`,
    generate: 'npx orval --config orval.config.mjs',
  },
  {
    ...typescript,
    name: 'typescript-fetch',
    versions: 'openapi-generator 7.25.0',
    needs: ['npm', 'java', 'mvn'],
    files: ['tsconfig.json', 'mailbox.ts'],
    install: `${getGenerator} && ${NPM} ${TYPESCRIPT}`,
    generate: `java -jar ${GENERATOR_JAR} generate -i openapi.json -g typescript-fetch -o client`,
  },
  {
    name: 'openapi-generator-java',
    language: 'Java',
    versions: 'openapi-generator 7.25.0, library native',
    needs: ['java', 'javac', 'mvn'],
    journey: 'Journey.java',
    files: [],
    install: getGenerator,
    generate: `java -jar ${GENERATOR_JAR} generate -i openapi.json -g java --library native -o client`,
    compile: `mvn -q -B -f client/pom.xml -Dmaven.test.skip package \
      org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory=libraries \
      && javac -cp 'client/target/classes:client/libraries/*' -d build Journey.java`,
    run: `java -cp 'build:client/target/classes:client/libraries/*' Journey`,
  },
  {
    name: 'openapi-python-client',
    language: 'Python',
    versions: 'openapi-python-client 0.29.1, mypy 2.4.1',
    needs: ['python3'],
    journey: 'journey.py',
    files: ['openapi-python-client.yaml'],
    install: `python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check \
      openapi-python-client==0.29.1 mypy==2.4.1 ruff==0.17.5`,
    generate: `PATH=$PWD/venv/bin:$PATH openapi-python-client generate --path openapi.json --meta none \
      --config openapi-python-client.yaml --output-path plinth`,
    compile: 'venv/bin/mypy --strict plinth journey.py',
    run: 'venv/bin/python journey.py',
  },
  {
    name: 'oapi-codegen',
    language: 'Go',
    versions: 'oapi-codegen 2.8.2',
    needs: ['go'],
    journey: 'main.go',
    files: ['oapi-codegen.yaml'],
    install: `go mod init clients && go get -tool github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 \
      && go get github.com/oapi-codegen/runtime@v1.9.0 github.com/oapi-codegen/nullable@v1.2.0`,
    generate: 'mkdir -p plinth && go tool oapi-codegen -config oapi-codegen.yaml openapi.json',
    compile: 'go mod tidy && go vet ./... && go build -o journey .',
    run: './journey',
  },
];

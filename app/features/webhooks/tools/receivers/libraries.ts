/** The libraries that receivers of webhooks verify with, each pinned: how they are installed, and what tries them. */

export interface Receiver {
  readonly language: string;
  /** By the name that the program prints. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Programs that must be there. */
  readonly needs: readonly string[];
  /** Files of `programs/`, and where each goes in the receiver's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Commands of a shell, run in the receiver's folder, which has the cases as `cases.tsv`. */
  readonly build: string;
  readonly run: string;
}

export const receivers: readonly Receiver[] = [
  {
    language: 'npm',
    libraries: { standardwebhooks: '1.1.1', svix: '2.5.0' },
    needs: ['npm'],
    files: { 'verify.mjs': 'verify.mjs' },
    build: `echo '{ "private": true }' > package.json && npm install --no-audit --no-fund --loglevel=error --ignore-scripts \
      standardwebhooks@1.1.1 svix@2.5.0`,
    run: 'node verify.mjs',
  },
  {
    language: 'PyPI',
    libraries: { standardwebhooks: '1.1.0', svix: '2.9.1' },
    needs: ['python3'],
    files: { 'verify.py': 'verify.py' },
    build: `python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check standardwebhooks==1.1.0 svix==2.9.1`,
    run: 'venv/bin/python verify.py',
  },
  {
    language: 'Go',
    libraries: { standardwebhooks: '0.0.1', svix: '1.44.0' },
    needs: ['go'],
    files: { 'verify.go': 'main.go' },
    build: `go mod init receivers && go get github.com/standard-webhooks/standard-webhooks/libraries@v0.0.1 \
      github.com/svix/svix-webhooks@v1.44.0 && go mod tidy && go build -o verify .`,
    run: './verify',
  },
  {
    language: 'Java',
    libraries: { standardwebhooks: '1.2.0', svix: '1.99.1' },
    needs: ['java', 'javac', 'mvn'],
    files: { 'verify.java': 'Verify.java', 'verify.pom.xml': 'pom.xml' },
    build: `mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory=libraries \
      && javac -cp 'libraries/*' -d build Verify.java`,
    run: `java -cp 'build:libraries/*' Verify`,
  },
  {
    language: 'Rust',
    libraries: { standardwebhooks: '1.0.1', svix: '2.9.1' },
    needs: ['cargo'],
    files: { 'verify.rs': 'src/main.rs', 'verify.Cargo.toml': 'Cargo.toml' },
    build: 'cargo build --quiet',
    run: 'target/debug/verify',
  },
];

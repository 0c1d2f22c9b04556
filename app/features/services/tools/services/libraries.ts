/** The libraries that other services verify tokens with, each pinned: how they are installed, and what runs the snippet of the documentation. */
export interface Verifier {
  readonly language: string;
  /** By the name that the program takes as its first argument. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Programs that must be there. */
  readonly needs: readonly string[];
  /** Snippets of the documentation, by their names there, and where each goes. */
  readonly snippets: Readonly<Record<string, string>>;
  /** Files of `programs/`, and where each goes. */
  readonly files: Readonly<Record<string, string>>;
  readonly build: string;
  /** Followed by the library, the issuer and the audience: reads a token per line, and answers each with a line. */
  readonly run: readonly string[];
}

export const verifiers: readonly Verifier[] = [
  {
    language: 'TypeScript',
    libraries: { jose: '6.2.18' },
    needs: ['npm'],
    snippets: { 'jose.mjs': 'verifier.mjs' },
    files: { 'main.mjs': 'main.mjs' },
    build: `echo '{ "private": true }' > package.json && npm install --no-audit --no-fund --loglevel=error --ignore-scripts jose@6.2.18`,
    run: [process.execPath, 'main.mjs'],
  },
  {
    language: 'Python',
    libraries: { pyjwt: '2.15.1', joserfc: '1.8.0' },
    needs: ['python3'],
    snippets: { 'pyjwt_verifier.py': 'pyjwt_verifier.py', 'joserfc_verifier.py': 'joserfc_verifier.py' },
    files: { 'main.py': 'main.py' },
    build: `python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check 'pyjwt[crypto]==2.15.1' joserfc==1.8.0`,
    run: ['venv/bin/python', 'main.py'],
  },
  {
    language: 'Go',
    libraries: { 'go-oidc': '3.21.0', jwx: '3.4.0' },
    needs: ['go'],
    snippets: { 'gooidc.go': 'gooidc.go', 'jwx.go': 'jwx.go' },
    files: { 'main.go': 'main.go' },
    build: `go mod init services && go get github.com/coreos/go-oidc/v3@v3.21.0 github.com/lestrrat-go/jwx/v3@v3.4.0 && go mod tidy && go build -o verify .`,
    run: ['./verify'],
  },
  {
    language: 'Java',
    libraries: { spring: '7.1.2', nimbus: '10.10' },
    needs: ['java', 'javac', 'mvn'],
    snippets: { 'SpringVerifier.java': 'SpringVerifier.java', 'NimbusVerifier.java': 'NimbusVerifier.java' },
    files: { 'Main.java': 'Main.java', 'pom.xml': 'pom.xml' },
    build: `mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory=libraries \
      && javac -cp 'libraries/*' -d build *.java`,
    run: ['java', '-cp', 'build:libraries/*', 'Main'],
  },
  {
    language: 'Rust',
    libraries: { jsonwebtoken: '11.1.0' },
    needs: ['cargo'],
    snippets: { 'verifier.rs': 'src/verifier.rs' },
    files: { 'main.rs': 'src/main.rs', 'Cargo.toml': 'Cargo.toml' },
    build: 'cargo build --quiet',
    run: ['target/debug/verify'],
  },
];

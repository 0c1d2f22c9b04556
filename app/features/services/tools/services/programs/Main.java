import java.io.BufferedReader;
import java.io.InputStreamReader;

class Main {
    interface Verify {
        String verify(String token) throws Exception;
    }

    static Verify verifier(String library, String issuer, String audience) throws Exception {
        if (library.equals("spring")) {
            var decoder = SpringVerifier.create(issuer, audience);
            return token -> {
                var jwt = decoder.decode(token);
                return jwt.getSubject() + " " + jwt.getClaimAsString("organization") + " " + jwt.getClaimAsString("role");
            };
        }
        var processor = NimbusVerifier.create(issuer, audience);
        return token -> {
            var claims = processor.process(token, null);
            return claims.getSubject() + " " + claims.getStringClaim("organization") + " " + claims.getStringClaim("role");
        };
    }

    public static void main(String[] given) throws Exception {
        var verify = verifier(given[0], given[1], given[2]);
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var token = lines.readLine(); token != null; token = lines.readLine()) {
            try {
                System.out.println("accepted " + verify.verify(token));
            } catch (Exception error) {
                System.out.println("refused " + String.valueOf(error.getMessage()).replaceAll("\\s+", " "));
            }
        }
    }
}

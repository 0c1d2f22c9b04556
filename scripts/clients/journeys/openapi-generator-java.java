/** openapi-generator, java with the library native. */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.UUID;
import java.util.regex.Pattern;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AccountsApi;
import org.openapitools.client.api.AuditApi;
import org.openapitools.client.api.OrganizationsApi;
import org.openapitools.client.api.SessionsApi;
import org.openapitools.client.model.ConfirmEmailVerification;
import org.openapitools.client.model.CreateOrganization;
import org.openapitools.client.model.CreateOrganizationProblem;
import org.openapitools.client.model.CreateOrganizationProblemCode;
import org.openapitools.client.model.CreateSession;
import org.openapitools.client.model.CreateUser;
import org.openapitools.client.model.UpdateMe;
import org.openapitools.client.model.VerificationSent;

class Journey {
  static final String PASSWORD = "correct horse battery staple";

  public static void main(String[] arguments) throws Exception {
    var email = "client-" + UUID.randomUUID() + "@example.com";
    var anonymous = client(null);
    var registered =
        new AccountsApi(anonymous).createUser(new CreateUser().email(email).password(PASSWORD).name("José"));
    expect(registered.getStatus() == VerificationSent.StatusEnum.VERIFICATION_SENT, registered);
    new AccountsApi(anonymous).confirmEmailVerification(new ConfirmEmailVerification().token(emailedToken(email)));

    var signedIn = new SessionsApi(anonymous).createSession(new CreateSession().email(email).password(PASSWORD));
    var client = client(signedIn.getAccessToken());
    var accounts = new AccountsApi(client);
    var organizations = new OrganizationsApi(client);

    var account = accounts.getMe();
    expect("José".equals(account.getName()), account);
    var renamed = accounts.updateMe(new UpdateMe().name("Pepa Capek"));
    expect("Pepa Capek".equals(renamed.getName()), renamed);
    var cleared = accounts.updateMe(new UpdateMe().name(null));
    expect(cleared.getName() == null, cleared);

    var body = new CreateOrganization().name("Pepa Capek").slug("clients-" + UUID.randomUUID());
    var key = UUID.randomUUID().toString();
    var created = organizations.createOrganization(body, key);
    var repeated = organizations.createOrganization(body, key);
    expect(repeated.getId().equals(created.getId()), repeated);

    var names = new ArrayList<String>();
    String cursor = null;
    do {
      var page = organizations.listOrganizations(1, cursor);
      page.getData().forEach(organization -> names.add(organization.getName()));
      cursor = page.getNextCursor();
    } while (cursor != null);
    expect(names.size() == 2, names);

    var events = new AuditApi(client).listOrganizationAuditEvents(created.getId(), null, null, null, null, null, null);
    expect(events.getData().get(0).getAction().equals("organization.created"), events);

    try {
      organizations.createOrganization(body, null);
      throw new AssertionError("The slug is taken, and was given again.");
    } catch (ApiException refused) {
      var problem = client.getObjectMapper().readValue(refused.getResponseBody(), CreateOrganizationProblem.class);
      expect(problem.getCode() == CreateOrganizationProblemCode.SLUG_TAKEN, problem);
    }
  }

  static ApiClient client(String accessToken) {
    var client = new ApiClient();
    client.updateBaseUri(System.getenv("API_URL"));
    if (accessToken != null)
      client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + accessToken));
    return client;
  }

  /** Waits for an email to the address. Returns the token of the link in it. */
  static String emailedToken(String address) throws Exception {
    // The mailbox closes connections that ask for HTTP/2, as this client does by default.
    var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var request = HttpRequest.newBuilder(URI.create(System.getenv("MAILBOX_URL") + "/api/email")).build();
    for (int tries = 0; tries < 200; tries++) {
      var answer = http.send(request, BodyHandlers.ofString()).body();
      for (JsonNode email : new ObjectMapper().readTree(answer)) {
        var token = Pattern.compile("[?&]token=([A-Za-z0-9_-]+)").matcher(email.path("text").asText());
        if (email.at("/to/0/address").asText().equals(address) && token.find()) return token.group(1);
      }
      Thread.sleep(100);
    }
    throw new AssertionError("No email to " + address + " arrived within 20 s.");
  }

  static void expect(boolean holds, Object otherwise) {
    if (!holds) throw new AssertionError(otherwise);
  }
}

import type { EmailTexts } from '../../email/email.ts';
import type { accountEmails } from '../emails.ts';

const signUpReason =
  'Sie erhalten diese E-Mail, weil jemand diese Adresse bei der Registrierung für {{product}} angegeben hat.';
const securityReason = 'Sie erhalten diese E-Mail, weil sie die Sicherheit Ihres Kontos bei {{product}} betrifft.';
const tryReason = 'Sie erhalten diese E-Mail, weil jemand diese Adresse bei {{product}} angegeben hat.';

export const de: EmailTexts<typeof accountEmails> = {
  phrases: {},
  emails: {
    'verify-email': {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      preheader: 'Danach ist Ihr Konto bei {{product}} bereit. Der Link gilt {{expiresInHours}}.',
      heading: 'Bestätigen Sie Ihre E-Mail-Adresse',
      intro: 'Bitte bestätigen Sie, dass diese Adresse Ihnen gehört. Danach ist Ihr Konto bei {{product}} bereit.',
      button: 'Adresse bestätigen',
      expiry: 'Der Link gilt {{expiresInHours}} und nur einmal.',
      notYou:
        'Falls Sie sich nicht bei {{product}} registriert haben, bestätigen Sie bitte nicht: Ohne Bestätigung kann das Konto nicht benutzt werden.',
      reason: signUpReason,
    },
    'already-registered': {
      subject: 'Sie haben bereits ein Konto bei {{product}}',
      preheader: 'Jemand wollte sich mit Ihrer Adresse registrieren. Es wurde nichts geändert.',
      heading: 'Sie haben bereits ein Konto',
      intro:
        'Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse bei {{product}} registrieren. Sie haben damit bereits ein Konto; es wurde kein neues angelegt und nichts geändert.',
      help: 'Falls Sie das waren, melden Sie sich an. Ein vergessenes Passwort können Sie dort zurücksetzen.',
      button: 'Anmelden',
      notYou: 'Falls Sie es nicht waren, müssen Sie nichts tun: Niemand hatte Zugang zu Ihrem Konto.',
      reason: signUpReason,
    },
    'password-reset': {
      subject: 'Setzen Sie Ihr Passwort zurück',
      preheader: 'Der Link gilt {{expiresInMinutes}}.',
      heading: 'Setzen Sie Ihr Passwort zurück',
      intro:
        'Jemand, vielleicht Sie selbst, möchte das Passwort Ihres Kontos bei {{product}} zurücksetzen. Hier wählen Sie ein neues:',
      button: 'Neues Passwort wählen',
      expiry: 'Der Link gilt {{expiresInMinutes}} und nur einmal. Ein neues Passwort meldet Sie auf allen Geräten ab.',
      notYou: 'Falls Sie das nicht angefordert haben, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist.',
      reason: 'Sie erhalten diese E-Mail, weil für Ihr Konto bei {{product}} ein neues Passwort angefordert wurde.',
    },
    'sign-in-link': {
      subject: 'Melden Sie sich bei {{product}} an',
      preheader: 'Der Link und der Code gelten {{expiresInMinutes}}.',
      heading: 'Melden Sie sich bei {{product}} an',
      intro:
        'Jemand, vielleicht Sie selbst, möchte sich per E-Mail bei Ihrem Konto bei {{product}} anmelden. Falls Sie das waren, öffnen Sie diesen Link im selben Browser:',
      button: 'Anmelden',
      code: 'Oder geben Sie dort diesen Code ein',
      expiry:
        'Der Link und der Code gelten {{expiresInMinutes}} und nur einmal. Sagen Sie den Code niemandem: {{product}} fragt nie danach.',
      notYou:
        'Falls Sie das nicht angefordert haben, ignorieren Sie diese E-Mail. Ohne sie kann sich niemand anmelden.',
      reason: 'Sie erhalten diese E-Mail, weil jemand Ihre Adresse eingegeben hat, um sich bei {{product}} anzumelden.',
    },
    'password-changed': {
      subject: 'Ihr Passwort wurde geändert',
      preheader: 'Falls Sie das waren, müssen Sie nichts tun.',
      heading: 'Ihr Passwort wurde geändert',
      intro:
        'Das Passwort Ihres Kontos bei {{product}} wurde am {{at}} geändert. Ihre anderen Geräte wurden abgemeldet.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou:
        'Falls Sie es nicht waren, benutzt vielleicht jemand anderes Ihr Konto. Setzen Sie Ihr Passwort jetzt zurück:',
      button: 'Passwort zurücksetzen',
      reason: securityReason,
    },
    'email-change-confirm': {
      subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
      preheader: 'Der Link gilt {{expiresInHours}}.',
      heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
      intro:
        'Sie möchten {{newEmail}} für Ihr Konto bei {{product}} verwenden. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.',
      button: 'Neue Adresse bestätigen',
      expiry: 'Der Link gilt {{expiresInHours}} und nur einmal. Bis Sie bestätigen, gilt Ihre alte Adresse.',
      notYou:
        'Falls Sie das nicht veranlasst haben, bestätigen Sie bitte nicht: Ohne Bestätigung wird diese Adresse nicht verwendet.',
      reason:
        'Sie erhalten diese E-Mail, weil jemand diese Adresse als neue Adresse eines Kontos bei {{product}} angegeben hat.',
    },
    'email-changed': {
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      preheader: 'Falls Sie es nicht waren: Sie können das {{expiresInDays}} lang rückgängig machen.',
      heading: 'Ihre E-Mail-Adresse wurde geändert',
      intro: 'Am {{at}} wurde die E-Mail-Adresse Ihres Kontos bei {{product}} von dieser in {{newEmail}} geändert.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou: 'Falls Sie es nicht waren, machen Sie die Änderung rückgängig und wählen Sie dann ein neues Passwort:',
      button: 'Änderung rückgängig machen',
      expiry: 'Der Link gilt {{expiresInDays}} und nur einmal.',
      reason:
        'Sie erhalten diese E-Mail, weil sie die Sicherheit Ihres Kontos bei {{product}} betrifft, das diese Adresse verwendet hat.',
    },
    'new-device-sign-in': {
      subject: 'Neue Anmeldung in Ihrem Konto',
      preheader: 'Von einem Gerät, das wir noch nicht kannten, am {{at}}.',
      heading: 'Neue Anmeldung in Ihrem Konto',
      intro:
        'Jemand hat sich in Ihrem Konto bei {{product}} von einem Gerät aus angemeldet, das wir noch nicht kannten.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou: 'Falls Sie es nicht waren, ändern Sie jetzt Ihr Passwort. Das meldet alle anderen Geräte ab.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'session-moved': {
      subject: 'Ihr Konto wird von einem anderen Ort aus benutzt',
      preheader: 'Eine Ihrer Sitzungen hat ein neues Netz und ein neues Programm.',
      heading: 'Ihr Konto wird von einem anderen Ort aus benutzt',
      intro:
        'Sie sind bei {{product}} auf einem Gerät angemeldet. Jetzt wurde diese Sitzung aus einem anderen Netz und mit einem anderen Programm benutzt als vorher.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou:
        'Falls Sie es nicht waren, hat vielleicht jemand die Sitzung kopiert. Wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen.',
      button: 'Neues Passwort wählen',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'refresh-token-reuse': {
      subject: 'Wir haben eine Sitzung Ihres Kontos beendet',
      preheader: 'Ein Anmeldetoken wurde zweimal benutzt: Vielleicht wurde es kopiert.',
      heading: 'Wir haben eine Sitzung Ihres Kontos beendet',
      intro:
        'Ein Anmeldetoken Ihres Kontos bei {{product}} wurde ein zweites Mal benutzt. Vielleicht hat es jemand kopiert; deshalb haben wir die Sitzung beendet, zu der es gehörte. Ihre anderen Sitzungen bestehen weiter.',
      lastUse: 'Das Token wurde zuletzt von hier benutzt:',
      wasYou:
        'Falls das Ihr Gerät ist, melden Sie sich neu an. Ein aus einer Sicherung wiederhergestellter Browser kann das auslösen.',
      notYou: 'Falls nicht, melden Sie sich an und ändern Sie Ihr Passwort: Das beendet alle anderen Sitzungen.',
      button: 'Anmelden',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'totp-added': {
      subject: 'Eine Authenticator-App wurde hinzugefügt',
      preheader: 'Jede Anmeldung verlangt jetzt einen Code.',
      heading: 'Eine Authenticator-App wurde hinzugefügt',
      intro:
        'Zu Ihrem Konto bei {{product}} wurde eine Authenticator-App hinzugefügt. Von jetzt an verlangt jede Anmeldung einen ihrer Codes. Erstellen Sie Wiederherstellungscodes für den Fall, dass Sie das Telefon verlieren.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'totp-removed': {
      subject: 'Die Authenticator-App wurde entfernt',
      preheader: 'Ihre Codes gelten nicht mehr.',
      heading: 'Die Authenticator-App wurde entfernt',
      intro:
        'Die Authenticator-App Ihres Kontos bei {{product}} wurde entfernt. Anmeldungen verlangen ihre Codes nicht mehr.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'passkey-added': {
      subject: 'Ein Passkey wurde hinzugefügt',
      preheader: 'Sie können sich von jetzt an damit anmelden.',
      heading: 'Ein Passkey wurde hinzugefügt',
      intro:
        'Zu Ihrem Konto bei {{product}} wurde der Passkey „{{passkey}}“ hinzugefügt. Wer ihn hat, kann sich damit anmelden.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'passkey-removed': {
      subject: 'Ein Passkey wurde entfernt',
      preheader: 'Er gilt nicht mehr.',
      heading: 'Ein Passkey wurde entfernt',
      intro:
        'Der Passkey „{{passkey}}“ wurde aus Ihrem Konto bei {{product}} entfernt. Niemand kann sich mehr damit anmelden.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'passkey-refused': {
      subject: 'Wir haben einen Passkey Ihres Kontos abgelehnt',
      preheader: 'Vielleicht wurde er kopiert.',
      heading: 'Wir haben einen Passkey Ihres Kontos abgelehnt',
      intro:
        'Jemand hat den Passkey „{{passkey}}“ Ihres Kontos bei {{product}} benutzt, und wir haben ihn abgelehnt: Sein Zähler ist zurückgegangen. Das geschieht, wenn ein Passkey kopiert wurde. Entfernen Sie ihn, und fügen Sie einen neuen hinzu.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'recovery-codes-renewed': {
      subject: 'Neue Wiederherstellungscodes wurden erstellt',
      preheader: 'Ältere gelten nicht mehr.',
      heading: 'Neue Wiederherstellungscodes wurden erstellt',
      intro: 'Für Ihr Konto bei {{product}} wurden neue Wiederherstellungscodes erstellt. Ältere gelten nicht mehr.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'recovery-code-used': {
      subject: 'Ein Wiederherstellungscode wurde benutzt',
      preheader: 'Er gilt kein zweites Mal.',
      heading: 'Ein Wiederherstellungscode wurde benutzt',
      intro:
        'Ein Wiederherstellungscode Ihres Kontos bei {{product}} wurde anstelle eines zweiten Faktors benutzt. Er gilt kein zweites Mal.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'second-factor-refused': {
      subject: 'Jemand, der Ihr Passwort kennt, wurde abgewiesen',
      preheader: 'Fünfmal wurde ein falscher Code eingegeben.',
      heading: 'Jemand, der Ihr Passwort kennt, wurde abgewiesen',
      intro:
        'Jemand hat das richtige Passwort Ihres Kontos bei {{product}} eingegeben, und danach fünf falsche Codes. Wir haben die Anmeldung abgelehnt.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
      time: 'Zeit',
      device: 'Gerät',
      ipAddress: 'IP-Adresse',
    },
    'factors-reset': {
      subject: 'Ihre zweiten Faktoren wurden zurückgesetzt',
      preheader: 'Für eine Anmeldung genügt jetzt das Passwort.',
      heading: 'Ihre zweiten Faktoren wurden zurückgesetzt',
      intro:
        'Wir haben wie gewünscht die Authenticator-App, die Passkeys und die Wiederherstellungscodes Ihres Kontos bei {{product}} entfernt. Sie wurden überall abgemeldet. Melden Sie sich mit Ihrem Passwort an, und richten Sie wieder einen zweiten Faktor ein.',
      notYou:
        'Falls Sie das nicht waren, wählen Sie jetzt ein neues Passwort: Das beendet alle Ihre Sitzungen. Prüfen Sie danach Ihre zweiten Faktoren.',
      button: 'Konto sichern',
      reason: securityReason,
    },
    'identity-linked': {
      subject: 'Sie können sich jetzt mit {{provider}} anmelden',
      preheader: 'Falls Sie das waren, müssen Sie nichts tun.',
      heading: 'Sie können sich jetzt mit {{provider}} anmelden',
      intro:
        'Am {{at}} wurde ein Zugang von {{provider}} mit Ihrem Konto bei {{product}} verknüpft. Damit kann man sich anmelden.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou:
        'Falls Sie es nicht waren, benutzt vielleicht jemand anderes Ihr Konto. Wählen Sie jetzt ein neues Passwort, und entfernen Sie den Zugang in Ihren Einstellungen:',
      button: 'Neues Passwort wählen',
      reason: securityReason,
    },
    'identity-unlinked': {
      subject: 'Sie können sich nicht mehr mit {{provider}} anmelden',
      preheader: 'Falls Sie das waren, müssen Sie nichts tun.',
      heading: 'Sie können sich nicht mehr mit {{provider}} anmelden',
      intro: 'Am {{at}} wurde ein Zugang von {{provider}} von Ihrem Konto bei {{product}} entfernt.',
      wasYou: 'Falls Sie das waren, müssen Sie nichts tun.',
      notYou:
        'Falls Sie es nicht waren, benutzt vielleicht jemand anderes Ihr Konto. Wählen Sie jetzt ein neues Passwort:',
      button: 'Neues Passwort wählen',
      reason: securityReason,
    },
    'account-deletion-scheduled': {
      subject: 'Ihr Konto wird am {{deletesAt}} gelöscht',
      preheader: 'Bis dahin können Sie es behalten.',
      heading: 'Ihr Konto wird gelöscht',
      intro:
        'Ihr Konto bei {{product}} ist wie gewünscht geschlossen. Am {{deletesAt}} löschen wir es samt seinen Daten endgültig.',
      undo: 'Falls Sie es sich anders überlegen, stellen Sie es vorher wieder her:',
      button: 'Konto behalten',
      expiry: 'Der Link gilt bis zum {{deletesAt}} und nur einmal.',
      notYou:
        'Falls Sie das nicht veranlasst haben, stellen Sie das Konto wieder her und wählen Sie ein neues Passwort.',
      reason: 'Sie erhalten diese E-Mail, weil die Löschung Ihres Kontos bei {{product}} angefordert wurde.',
    },
    'account-closed': {
      subject: 'Ihr Konto ist geschlossen, und Sie können es wiederherstellen',
      preheader: 'Bis zum {{deletesAt}} können Sie es behalten.',
      heading: 'Ihr Konto ist geschlossen',
      intro:
        'Jemand, vielleicht Sie selbst, wollte Ihr Konto bei {{product}} benutzen. Sie haben es geschlossen; deshalb kann sich niemand anmelden, und das Passwort kann nicht zurückgesetzt werden. Am {{deletesAt}} löschen wir es samt seinen Daten endgültig.',
      undo: 'Falls Sie es behalten möchten, stellen Sie es wieder her. Melden Sie sich dann an, oder setzen Sie ein vergessenes Passwort zurück.',
      button: 'Konto behalten',
      expiry:
        'Der Link gilt bis zum {{deletesAt}} und nur einmal. Frühere Links zum Wiederherstellen gelten nicht mehr.',
      notYou: 'Falls Sie das Konto nicht benutzen wollten, ignorieren Sie diese E-Mail.',
      reason: tryReason,
    },
    'account-deletion-due': {
      subject: 'Ihr Konto wird gerade gelöscht',
      preheader: 'Bald können Sie sich mit dieser Adresse neu registrieren.',
      heading: 'Ihr Konto wird gerade gelöscht',
      intro:
        'Jemand, vielleicht Sie selbst, wollte Ihr Konto bei {{product}} benutzen. Sie haben es vor zwei Wochen geschlossen, und jetzt wird es endgültig gelöscht. Es kann nicht mehr wiederhergestellt werden.',
      again:
        'Sobald das Konto gelöscht ist, können Sie sich mit dieser Adresse neu registrieren. Bitte versuchen Sie es in zwei Stunden noch einmal.',
      button: 'Registrieren',
      notYou: 'Falls Sie das Konto nicht benutzen wollten, ignorieren Sie diese E-Mail.',
      reason: tryReason,
    },
    'account-suspended': {
      subject: 'Ihr Konto ist gesperrt',
      preheader: 'Bitte schreiben Sie an {{contact}}.',
      heading: 'Ihr Konto ist gesperrt',
      intro:
        'Jemand, vielleicht Sie selbst, wollte Ihr Konto bei {{product}} benutzen. Wir haben es gesperrt; deshalb kann sich niemand anmelden, und das Passwort kann nicht zurückgesetzt werden.',
      help: 'Falls Sie das für einen Irrtum halten, schreiben Sie an {{contact}}.',
      notYou: 'Falls Sie das Konto nicht benutzen wollten, ignorieren Sie diese E-Mail.',
      reason: tryReason,
    },
    'account-restored': {
      subject: 'Ihr Konto ist wiederhergestellt',
      preheader: 'Es wird nicht gelöscht.',
      heading: 'Ihr Konto ist wiederhergestellt',
      intro:
        'Ihr Konto bei {{product}} wird nicht gelöscht; alles ist, wie es war. Sie wurden überall abgemeldet, bitte melden Sie sich neu an.',
      button: 'Anmelden',
      notYou:
        'Falls Sie das nicht veranlasst haben, setzen Sie Ihr Passwort zurück: Vielleicht liest jemand Ihre E-Mails mit.',
      reason: 'Sie erhalten diese E-Mail, weil die Löschung Ihres Kontos bei {{product}} rückgängig gemacht wurde.',
    },
  },
};

import type { EmailTexts } from '../../email/email.ts';
import type { accountEmails } from '../emails.ts';

const signUpReason = 'You receive this email because someone entered this address to sign up for {{product}}.';
const securityReason = 'You receive this email because it concerns the security of your {{product}} account.';
const tryReason = 'You receive this email because someone entered this address at {{product}}.';

export const en: EmailTexts<typeof accountEmails> = {
  phrases: {},
  emails: {
    'verify-email': {
      subject: 'Confirm your email address',
      preheader: 'Then your {{product}} account is ready. The link works for {{expiresInHours}}.',
      heading: 'Confirm your email address',
      intro: 'Please confirm that this address is yours. Then your {{product}} account is ready.',
      button: 'Confirm address',
      expiry: 'The link works once, within {{expiresInHours}}.',
      notYou: "If you did not sign up for {{product}}, do not confirm: unless you do, the account can't be used.",
      reason: signUpReason,
    },
    'already-registered': {
      subject: 'You already have a {{product}} account',
      preheader: 'Someone tried to sign up with your address. Nothing was changed.',
      heading: 'You already have an account',
      intro:
        'Someone, perhaps you, tried to sign up for {{product}} with this address. You already have an account with it, so no new one was created and nothing was changed.',
      help: 'If that was you, sign in. If you have forgotten your password, you can reset it there.',
      button: 'Sign in',
      notYou: 'If it was not you, there is nothing to do: nobody got into your account.',
      reason: signUpReason,
    },
    'password-reset': {
      subject: 'Reset your password',
      preheader: 'The link works for {{expiresInMinutes}}.',
      heading: 'Reset your password',
      intro: 'Someone, perhaps you, asked to reset the password of your {{product}} account. Choose a new one here:',
      button: 'Choose a new password',
      expiry: 'The link works once, within {{expiresInMinutes}}. A new password signs you out on every device.',
      notYou: 'If you did not ask for this, ignore this email. Your password stays as it is.',
      reason: 'You receive this email because a new password was requested for your {{product}} account.',
    },
    'password-changed': {
      subject: 'Your password was changed',
      preheader: 'If that was you, there is nothing to do.',
      heading: 'Your password was changed',
      intro: 'The password of your {{product}} account was changed on {{at}}. Your other devices were signed out.',
      wasYou: 'If that was you, there is nothing to do.',
      notYou: 'If it was not you, someone else may be using your account. Reset your password now:',
      button: 'Reset password',
      reason: securityReason,
    },
    'email-change-confirm': {
      subject: 'Confirm your new email address',
      preheader: 'The link works for {{expiresInHours}}.',
      heading: 'Confirm your new email address',
      intro: 'You asked to use {{newEmail}} for your {{product}} account. Please confirm that this address is yours.',
      button: 'Confirm new address',
      expiry: 'The link works once, within {{expiresInHours}}. Until you confirm, your old address stays in use.',
      notYou: 'If you did not ask for this, do not confirm: unless you do, this address is not used.',
      reason: 'You receive this email because someone entered this address as the new one of a {{product}} account.',
    },
    'email-changed': {
      subject: 'Your email address was changed',
      preheader: 'If it was not you, you can undo this for {{expiresInDays}}.',
      heading: 'Your email address was changed',
      intro: 'On {{at}} the email address of your {{product}} account was changed from this one to {{newEmail}}.',
      wasYou: 'If that was you, there is nothing to do.',
      notYou: 'If it was not you, undo the change, and then choose a new password:',
      button: 'Undo the change',
      expiry: 'The link works once, within {{expiresInDays}}.',
      reason:
        'You receive this email because it concerns the security of your {{product}} account, which used this address.',
    },
    'new-device-sign-in': {
      subject: 'New sign-in to your account',
      preheader: 'From a device we have not seen before, on {{at}}.',
      heading: 'New sign-in to your account',
      intro: 'Someone signed in to your {{product}} account from a device we have not seen before.',
      wasYou: 'If that was you, there is nothing to do.',
      notYou: 'If it was not you, change your password now. That signs out every other device.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'session-moved': {
      subject: 'Your account is used from another place',
      preheader: 'One of your sessions has a new network and a new program.',
      heading: 'Your account is used from another place',
      intro:
        'You are signed in to {{product}} on a device. Now that session was used from another network and with another program than before.',
      wasYou: 'If that was you, there is nothing to do.',
      notYou:
        'If it was not you, someone may have copied the session. Choose a new password now: that ends all of your sessions.',
      button: 'Choose a new password',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'refresh-token-reuse': {
      subject: 'We ended a session of your account',
      preheader: 'A sign-in token was used twice: it may have been copied.',
      heading: 'We ended a session of your account',
      intro:
        'A sign-in token of your {{product}} account was used a second time. Someone may have copied it, so we ended the session it belonged to. Your other sessions go on.',
      lastUse: 'The token was last used from here:',
      wasYou: 'If this is your device, sign in again. Restoring a browser from a backup can cause this.',
      notYou: 'If it is not, sign in and change your password: that ends every other session.',
      button: 'Sign in',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'totp-added': {
      subject: 'An authenticator app was added',
      preheader: 'Each sign-in now asks for a code.',
      heading: 'An authenticator app was added',
      intro:
        'An authenticator app was added to your {{product}} account. From now on, each sign-in asks for a code of it. Make recovery codes, in case you lose the phone.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'totp-removed': {
      subject: 'The authenticator app was removed',
      preheader: 'Its codes are refused from now on.',
      heading: 'The authenticator app was removed',
      intro: 'The authenticator app of your {{product}} account was removed. Sign-ins no longer ask for its codes.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'passkey-added': {
      subject: 'A passkey was added',
      preheader: 'You can sign in with it from now on.',
      heading: 'A passkey was added',
      intro: 'The passkey “{{passkey}}” was added to your {{product}} account. Whoever has it can sign in with it.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'passkey-removed': {
      subject: 'A passkey was removed',
      preheader: 'It is refused from now on.',
      heading: 'A passkey was removed',
      intro:
        'The passkey “{{passkey}}” was removed from your {{product}} account. Nobody can sign in with it any more.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'passkey-refused': {
      subject: 'We refused a passkey of your account',
      preheader: 'It may have been copied.',
      heading: 'We refused a passkey of your account',
      intro:
        'Someone used the passkey “{{passkey}}” of your {{product}} account, and we refused it: it has counted its uses backwards. That happens when a passkey was copied. Remove it, and add a new one.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'recovery-codes-renewed': {
      subject: 'New recovery codes were made',
      preheader: 'Older ones are void.',
      heading: 'New recovery codes were made',
      intro: 'New recovery codes were made for your {{product}} account. Older ones are void.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'recovery-code-used': {
      subject: 'A recovery code was used',
      preheader: 'It does not work a second time.',
      heading: 'A recovery code was used',
      intro:
        'A recovery code of your {{product}} account was used in place of a second factor. It does not work a second time.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'second-factor-refused': {
      subject: 'Someone who knows your password was refused',
      preheader: 'Five wrong codes were given.',
      heading: 'Someone who knows your password was refused',
      intro:
        'Someone entered the right password of your {{product}} account, and then five wrong codes. We refused the sign-in.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
      time: 'Time',
      device: 'Device',
      ipAddress: 'IP address',
    },
    'factors-reset': {
      subject: 'Your second factors were reset',
      preheader: 'A sign-in needs only the password now.',
      heading: 'Your second factors were reset',
      intro:
        'We removed the authenticator app, the passkeys and the recovery codes of your {{product}} account, as was asked of us. You were signed out everywhere. Sign in with your password, and set up a second factor again.',
      notYou:
        'If that was not you, choose a new password now: that ends all of your sessions. Then look at your second factors.',
      button: 'Secure your account',
      reason: securityReason,
    },
    'account-deletion-scheduled': {
      subject: 'Your account will be deleted on {{deletesAt}}',
      preheader: 'Until then you can keep it.',
      heading: 'Your account will be deleted',
      intro: 'Your {{product}} account is closed, as you asked. On {{deletesAt}} we delete it and its data for good.',
      undo: 'If you change your mind, restore it before then:',
      button: 'Keep my account',
      expiry: 'The link works once, until {{deletesAt}}.',
      notYou: 'If you did not ask for this, restore the account and choose a new password.',
      reason: 'You receive this email because deletion of your {{product}} account was requested.',
    },
    'account-closed': {
      subject: 'Your account is closed, and you can restore it',
      preheader: 'Until {{deletesAt}} you can keep it.',
      heading: 'Your account is closed',
      intro:
        'Someone, perhaps you, tried to use your {{product}} account. You closed it, so nobody can sign in to it, and its password cannot be reset. On {{deletesAt}} we delete it and its data for good.',
      undo: 'If you want to keep it, restore it. Then sign in, or reset your password if you have forgotten it.',
      button: 'Keep my account',
      expiry: 'The link works once, until {{deletesAt}}. Earlier links to restore the account no longer work.',
      notYou: 'If you did not try to use the account, ignore this email.',
      reason: tryReason,
    },
    'account-deletion-due': {
      subject: 'Your account is being deleted',
      preheader: 'Soon you can sign up again with this address.',
      heading: 'Your account is being deleted',
      intro:
        'Someone, perhaps you, tried to use your {{product}} account. You closed it two weeks ago, and now it is deleted for good. It can no longer be restored.',
      again:
        'You can sign up again with this address as soon as the account is deleted. Please try again in two hours.',
      button: 'Sign up',
      notYou: 'If you did not try to use the account, ignore this email.',
      reason: tryReason,
    },
    'account-suspended': {
      subject: 'Your account is suspended',
      preheader: 'Please write to {{contact}}.',
      heading: 'Your account is suspended',
      intro:
        'Someone, perhaps you, tried to use your {{product}} account. We have suspended it, so nobody can sign in to it, and its password cannot be reset.',
      help: 'If you think that this is a mistake, write to {{contact}}.',
      notYou: 'If you did not try to use the account, ignore this email.',
      reason: tryReason,
    },
    'account-restored': {
      subject: 'Your account is restored',
      preheader: 'It will not be deleted.',
      heading: 'Your account is restored',
      intro:
        'Your {{product}} account will not be deleted; everything is as it was. You were signed out everywhere, so please sign in again.',
      button: 'Sign in',
      notYou: 'If you did not restore it, reset your password: someone else may be reading your email.',
      reason: 'You receive this email because deletion of your {{product}} account was undone.',
    },
  },
};

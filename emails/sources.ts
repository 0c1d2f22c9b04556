/** Every template of the catalogue and the component that renders it. A missing template does not compile. */
import type { ReactNode } from 'react';
import type { TemplateName } from '../app/features/email/template-catalog.ts';
import type { TemplateProps } from './props.ts';
import AccountDeletionScheduled from './templates/account-deletion-scheduled.tsx';
import AccountRestored from './templates/account-restored.tsx';
import AlreadyRegistered from './templates/already-registered.tsx';
import EmailChangeConfirm from './templates/email-change-confirm.tsx';
import EmailChanged from './templates/email-changed.tsx';
import Invitation from './templates/invitation.tsx';
import NewDeviceSignIn from './templates/new-device-sign-in.tsx';
import PasswordChanged from './templates/password-changed.tsx';
import PasswordReset from './templates/password-reset.tsx';
import PaymentActionRequired from './templates/payment-action-required.tsx';
import PaymentFailed from './templates/payment-failed.tsx';
import Receipt from './templates/receipt.tsx';
import RefreshTokenReuse from './templates/refresh-token-reuse.tsx';
import RoleChanged from './templates/role-changed.tsx';
import SubscriptionCancelled from './templates/subscription-cancelled.tsx';
import TrialEnding from './templates/trial-ending.tsx';
import UsageLimitNear from './templates/usage-limit-near.tsx';
import VerifyEmail from './templates/verify-email.tsx';

export const sources: { [T in TemplateName]: (props: TemplateProps<T>) => ReactNode } = {
  'verify-email': VerifyEmail,
  'already-registered': AlreadyRegistered,
  'password-reset': PasswordReset,
  'password-changed': PasswordChanged,
  'email-change-confirm': EmailChangeConfirm,
  'email-changed': EmailChanged,
  'new-device-sign-in': NewDeviceSignIn,
  'refresh-token-reuse': RefreshTokenReuse,
  'account-deletion-scheduled': AccountDeletionScheduled,
  'account-restored': AccountRestored,
  invitation: Invitation,
  'role-changed': RoleChanged,
  'trial-ending': TrialEnding,
  'payment-failed': PaymentFailed,
  'payment-action-required': PaymentActionRequired,
  receipt: Receipt,
  'subscription-cancelled': SubscriptionCancelled,
  'usage-limit-near': UsageLimitNear,
};

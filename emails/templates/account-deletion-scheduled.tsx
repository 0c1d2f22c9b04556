import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function AccountDeletionScheduled({
  locale,
  layout,
  text,
  value,
}: TemplateProps<'account-deletion-scheduled'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.undo}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{[text.expiry, text.notYou]}</Notes>
    </Layout>
  );
}

AccountDeletionScheduled.PreviewProps = preview('account-deletion-scheduled');

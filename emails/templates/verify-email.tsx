import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function VerifyEmail({ locale, layout, text, value }: TemplateProps<'verify-email'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{[text.expiry, text.notYou]}</Notes>
    </Layout>
  );
}

VerifyEmail.PreviewProps = preview('verify-email');

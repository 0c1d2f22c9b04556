import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function PasswordReset({ locale, layout, text, value }: TemplateProps<'password-reset'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{[text.expiry, text.notYou]}</Notes>
    </Layout>
  );
}

PasswordReset.PreviewProps = preview('password-reset');

import { Layout } from '../components/layout.tsx';
import { Action, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function PasswordChanged({ locale, layout, text, value }: TemplateProps<'password-changed'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.wasYou}</Paragraph>
      <Paragraph>{text.notYou}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

PasswordChanged.PreviewProps = preview('password-changed');

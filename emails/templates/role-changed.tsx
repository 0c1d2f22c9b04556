import { Layout } from '../components/layout.tsx';
import { Action, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function RoleChanged({ locale, layout, text, value }: TemplateProps<'role-changed'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.effect}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

RoleChanged.PreviewProps = preview('role-changed');

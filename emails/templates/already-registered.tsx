import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function AlreadyRegistered({ locale, layout, text, value }: TemplateProps<'already-registered'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.help}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{text.notYou}</Notes>
    </Layout>
  );
}

AlreadyRegistered.PreviewProps = preview('already-registered');

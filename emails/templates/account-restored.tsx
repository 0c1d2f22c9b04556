import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function AccountRestored({ locale, layout, text, value }: TemplateProps<'account-restored'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{text.notYou}</Notes>
    </Layout>
  );
}

AccountRestored.PreviewProps = preview('account-restored');

import { Layout } from '../components/layout.tsx';
import { Action, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function UsageLimitNear({ locale, layout, text, value }: TemplateProps<'usage-limit-near'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting} unsubscribeUrl={value.unsubscribeUrl}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.action}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

UsageLimitNear.PreviewProps = preview('usage-limit-near');

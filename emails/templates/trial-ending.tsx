import { Layout } from '../components/layout.tsx';
import { Action, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function TrialEnding({ locale, layout, text, value }: TemplateProps<'trial-ending'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting} unsubscribeUrl={value.unsubscribeUrl}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.action}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

TrialEnding.PreviewProps = preview('trial-ending');

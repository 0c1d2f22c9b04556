import { Layout } from '../components/layout.tsx';
import { Action, Notes, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function PaymentFailed({ locale, layout, text, value }: TemplateProps<'payment-failed'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.action}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
      <Notes>{text.consequence}</Notes>
    </Layout>
  );
}

PaymentFailed.PreviewProps = preview('payment-failed');

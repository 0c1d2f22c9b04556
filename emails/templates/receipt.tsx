import { Layout } from '../components/layout.tsx';
import { Action, Details, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function Receipt({ locale, layout, text, value }: TemplateProps<'receipt'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Details
        rows={[
          [text.invoice, value.invoiceNumber],
          [text.description, value.description],
          [text.paidAt, value.paidAt],
          [text.amount, value.amount],
        ]}
      />
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

Receipt.PreviewProps = preview('receipt');

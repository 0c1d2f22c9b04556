import { Layout } from '../components/layout.tsx';
import { Action, Details, Paragraph } from '../components/parts.tsx';
import { preview } from '../preview.ts';
import type { TemplateProps } from '../props.ts';

export default function RefreshTokenReuse({ locale, layout, text, value }: TemplateProps<'refresh-token-reuse'>) {
  return (
    <Layout locale={locale} layout={layout} text={text} greeting={value.greeting}>
      <Paragraph>{text.intro}</Paragraph>
      <Paragraph>{text.lastUse}</Paragraph>
      <Details
        rows={[
          [layout.time, value.at],
          [layout.device, value.userAgent],
          [layout.ipAddress, value.ipAddress],
        ]}
      />
      <Paragraph>{text.wasYou}</Paragraph>
      <Paragraph>{text.notYou}</Paragraph>
      <Action label={text.button} url={value.url} layout={layout} />
    </Layout>
  );
}

RefreshTokenReuse.PreviewProps = preview('refresh-token-reuse');

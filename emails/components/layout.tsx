import type { ReactNode } from 'react';
import { Body, Container, Head, Heading, Html, Link, Preview, Section, Text } from 'react-email';
import { brand } from '../../app/product/brand.ts';
import { styleSheet } from './dark.ts';

const { light } = brand;

interface Props {
  locale: string;
  text: Readonly<Record<'preheader' | 'heading' | 'reason', string>>;
  greeting: string;
  /** Only in emails that a reader can unsubscribe from. */
  unsubscribe?: { label: string; url: string } | undefined;
  children: ReactNode;
}

/** The frame of every email: preheader, brand, card with heading and greeting, and a footer that says why it was sent. */
export function Layout({ locale, text, greeting, unsubscribe, children }: Props) {
  return (
    <Html lang={locale}>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no,date=no,address=no,email=no" />
        <title>{text.heading}</title>
        <style>{styleSheet}</style>
      </Head>
      <Body className="page" lang={locale} style={{ margin: 0, padding: 0, backgroundColor: light.page }}>
        <Preview useTitleTag={false}>{text.preheader}</Preview>
        <Section className="outer" style={{ padding: '32px 16px' }}>
          <Container style={{ width: '100%', maxWidth: 560 }}>
            <Text className="text" style={{ ...font, fontSize: 18, fontWeight: 700, margin: '0 0 16px 4px' }}>
              {'{{product}}'}
            </Text>
            <Section className="card" style={card}>
              <Heading
                className="text"
                style={{ ...font, fontSize: 22, lineHeight: '28px', fontWeight: 700, margin: 0 }}
              >
                {text.heading}
              </Heading>
              <Text className="text" style={{ ...font, margin: '20px 0 0' }}>
                {greeting}
              </Text>
              {children}
            </Section>
            <Text className="quiet" style={{ ...small, margin: '20px 4px 0' }}>
              {text.reason}
            </Text>
            {brand.imprint === '' ? null : (
              <Text className="quiet" style={{ ...small, margin: '8px 4px 0' }}>
                {brand.imprint}
              </Text>
            )}
            {unsubscribe === undefined ? null : (
              <Text className="quiet" style={{ ...small, margin: '8px 4px 0' }}>
                <Link className="quiet" href={unsubscribe.url} style={{ ...small, textDecoration: 'underline' }}>
                  {unsubscribe.label}
                </Link>
              </Text>
            )}
          </Container>
        </Section>
      </Body>
    </Html>
  );
}

export const font = { fontFamily: brand.font, fontSize: 16, lineHeight: '24px', color: light.text } as const;
export const small = { ...font, fontSize: 13, lineHeight: '19px', color: light.quiet } as const;

const card = {
  backgroundColor: light.card,
  border: `1px solid ${light.line}`,
  borderRadius: 12,
  padding: 32,
} as const;

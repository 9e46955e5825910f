import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Signs and verifies edXML with the JDK's own XML signatures, one tab-separated job a line:
 *
 * <pre>
 * sign    source  target  store.p12  c14n-algorithm  transform-too  prefix  key-value  whole-chain  lines
 * verify  source
 * </pre>
 *
 * Prints the source and true or false for each document verified. One run for all jobs, because the
 * machine takes longer to start than to sign.
 */
public final class Sign {
    private static final String QCVN = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
    private static final char[] PASSWORD = "test".toCharArray();
    private static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] job = line.split("\t", -1);
            if (job[0].equals("sign")) {
                sign(job);
            } else {
                System.out.println(job[1] + "\t" + verify(job[1]));
            }
        }
    }

    private static void sign(String[] job) throws Exception {
        Document document = read(job[1]);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream stream = new FileInputStream(job[3])) {
            store.load(stream, PASSWORD);
        }
        String alias = store.aliases().nextElement();
        PrivateKey key = (PrivateKey) store.getKey(alias, PASSWORD);
        Certificate[] chain = store.getCertificateChain(alias);

        List<Transform> transforms = new ArrayList<>();
        transforms.add(FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null));
        if (flag(job[5])) {
            transforms.add(FACTORY.newTransform(job[4], (TransformParameterSpec) null));
        }
        Reference reference =
                FACTORY.newReference(
                        "",
                        FACTORY.newDigestMethod("http://www.w3.org/2001/04/xmlenc#sha256", null),
                        transforms,
                        null,
                        null);
        String method = key.getAlgorithm().equals("RSA") ? "rsa-sha256" : "ecdsa-sha256";
        SignedInfo signedInfo =
                FACTORY.newSignedInfo(
                        FACTORY.newCanonicalizationMethod(job[4], (C14NMethodParameterSpec) null),
                        FACTORY.newSignatureMethod(
                                "http://www.w3.org/2001/04/xmldsig-more#" + method, null),
                        List.of(reference));

        KeyInfoFactory keys = FACTORY.getKeyInfoFactory();
        List<XMLStructure> keyInfo = new ArrayList<>();
        if (flag(job[7])) {
            keyInfo.add(keys.newKeyValue(chain[0].getPublicKey()));
        }
        keyInfo.add(keys.newX509Data(flag(job[8]) ? Arrays.asList(chain) : List.of(chain[0])));

        Element header =
                (Element) document.getElementsByTagNameNS(QCVN, "edXMLHeader").item(0);
        DOMSignContext context = new DOMSignContext(key, header);
        if (!job[6].isEmpty()) {
            context.setDefaultNamespacePrefix(job[6]);
        }
        FACTORY.newXMLSignature(signedInfo, keys.newKeyInfo(keyInfo)).sign(context);
        if (!flag(job[9])) {
            joinLines(document, "SignatureValue");
            joinLines(document, "X509Certificate");
        }
        try (FileOutputStream stream = new FileOutputStream(job[2])) {
            TransformerFactory.newInstance()
                    .newTransformer()
                    .transform(new DOMSource(document), new StreamResult(stream));
        }
    }

    /** The JDK breaks base64 with CRLF, which is written as a reference to the carriage return. */
    private static void joinLines(Document document, String name) {
        NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, name);
        for (int index = 0; index < found.getLength(); index++) {
            Element element = (Element) found.item(index);
            element.setTextContent(element.getTextContent().replaceAll("\\s", ""));
        }
    }

    private static boolean verify(String source) throws Exception {
        Document document = read(source);
        NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        DOMValidateContext context = new DOMValidateContext(new FirstCertificate(), found.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        return found.getLength() == 1 && FACTORY.unmarshalXMLSignature(context).validate(context);
    }

    private static Document read(String source) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new File(source)); // a String would be a URI
    }

    private static boolean flag(String text) {
        return text.equals("yes");
    }

    /** Paths are not this program's concern: only whether the JDK reads the signature alike. */
    private static final class FirstCertificate extends KeySelector {
        @Override
        public KeySelectorResult select(
                KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            for (XMLStructure part : info.getContent()) {
                if (part instanceof X509Data) {
                    for (Object item : ((X509Data) part).getContent()) {
                        if (item instanceof X509Certificate) {
                            PublicKey key = ((X509Certificate) item).getPublicKey();
                            return () -> key;
                        }
                    }
                }
            }
            throw new KeySelectorException("no certificate");
        }
    }
}

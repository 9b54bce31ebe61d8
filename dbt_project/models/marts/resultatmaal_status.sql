with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

baseline as (
    select * from {{ ref('int_baseline') }}
),

maaneder as (
    select * from {{ ref('int_resultatmaal_maaneder') }}
),

vedtaget as (
    select * from {{ ref('int_resultatmaal_vedtaget') }}
),

udvikling as (
    select * from {{ ref('int_resultatmaal_udvikling') }}
),

-- How far the expected revision can move the figure for or against the mål.
samlet as (
    select
        maal.*,
        maaneder.maaned,
        maaneder.periode,
        maaneder.aktuel_vaerdi,
        maaneder.aktuel_status,
        maaneder.er_foreloebig,
        maaneder.hentet_utc,
        maaneder.revision_pct,
        maaneder.lokal_dato,
        maaneder.lokal_kilde,
        maaneder.antal_n,
        maaneder.antal_k,
        maaneder.brud,
        maaneder.bro,
        maaneder.muligt_brud,
        maaneder.afloeb,
        maaneder.suspension,
        baseline.baseline_beregnet,
        baseline.baseline_beregnet_status,
        baseline.baseline_revideret,
        baseline.baseline_revideret_status,
        baseline.gruppe_antal,
        baseline.gruppe_uden_tal,
        vedtaget.vedtaget_periode,
        vedtaget.vedtaget_vaerdi,
        vedtaget.naaet_ved_vedtagelsen,
        vedtaget.saet_maal,
        vedtaget.saet_maal_vaerdi,
        vedtaget.saet_vedtaget_vaerdi,
        vedtaget.saet_naaet_ved_vedtagelsen,
        udvikling.bedste_aendring,
        udvikling.aendring_aar,
        udvikling.i_alt_aendring_aar,
        udvikling.modsat_gruppe,
        udvikling.modsat_aendring_aar,
        coalesce(udvikling.er_fortraengt, false) as er_fortraengt,
        coalesce(udvikling.i_alt_er_syntetisk, false) as i_alt_er_syntetisk,
        udvikling.i_alt_tabel_id,
        maaneder.er_syntetisk or coalesce(baseline.er_syntetisk, false) as er_syntetisk,
        maaneder.aktuel_vaerdi - maal.maal_vaerdi as afvigelse,
        date_diff('month', maaneder.maaned, maal.maal_til) as maaneder_tilbage,
        case maal.retning when '<=' then 1 else -1 end * maaneder.revision_pct as imod_pct,
        -- The smallest (at most: the largest) number of persons whose share meets a percent.
        cast(case
            when maal.enhed_beregnet <> 'procent' or maaneder.antal_n is null then null
            when maal.retning = '>='
                then (cast(maal.maal_vaerdi * 1000 as bigint) * maaneder.antal_n + 99999) // 100000
            else (cast(maal.maal_vaerdi * 1000 as bigint) * maaneder.antal_n) // 100000
        end as integer) as kraevet_antal
    from maal
    inner join maaneder
        on maal.plan_id = maaneder.plan_id and maal.maal_nr = maaneder.maal_nr
    left join baseline
        on maal.plan_id = baseline.plan_id and maal.maal_nr = baseline.maal_nr
    left join vedtaget
        on maal.plan_id = vedtaget.plan_id and maal.maal_nr = vedtaget.maal_nr
    left join udvikling
        on
            maaneder.plan_id = udvikling.plan_id
            and maaneder.maal_nr = udvikling.maal_nr
            and maaneder.maaned = udvikling.maaned
),

-- A local share is judged on its persons, not on its rounded percent.
bedoemt as (
    select
        *,
        case
            when antal_k is not null and kraevet_antal is not null
                then {{ opfyldt('antal_k', 'retning', 'kraevet_antal') }}
            else {{ opfyldt('aktuel_vaerdi', 'retning', 'maal_vaerdi') }}
        end as er_naaet,
        {{ opfyldt('aktuel_vaerdi * (100 + imod_pct)', 'retning', 'maal_vaerdi * 100') }}
            as er_naaet_imod,
        {{ opfyldt('aktuel_vaerdi * (100 - imod_pct)', 'retning', 'maal_vaerdi * 100') }}
            as er_naaet_for,
        {{ opfyldt('aktuel_vaerdi + bedste_aendring', 'retning', 'maal_vaerdi') }}
            as kan_naas
    from samlet
),

-- The first reason that applies decides; the status follows from it.
begrundet as (
    select
        *,
        case
            when datakilde = 'ingen' then 'ingen_indikator'
            when datakilde = 'lokal' and aktuel_status is null then 'lokale_tal'
            when maaned < plan_fra then 'foer_planen'
            when aktuel_status <> 'A' then 'intet_tal_' || lower(aktuel_status)
            when brud is not null then 'databrud'
            when er_foreloebig and not bedoem_foreloebig then 'foreloebig'
            when afloeb is not null and retning = '<=' and er_naaet_for then 'afloeb'
            when er_naaet and er_naaet_imod then 'naaet'
            when er_naaet then 'naaet_usikkert'
            when revision_pct > 0 and er_naaet_for then 'naesten_naaet'
            when maaneder_tilbage = 0 then 'tiden_er_gaaet'
            when kan_naas is null then 'uvist'
            when kan_naas then 'kan_naas'
            else 'for_langt'
        end as grund
    from bedoemt
),

final as (
    select
        plan_id,
        plan_titel,
        er_eksempel,
        vedtaget_dato,
        kommune_kode,
        kommune_navn,
        maal_nr,
        foraelder_nr,
        raekkefoelge,
        ministermaal_aar,
        ministermaal_nr,
        ministermaal,
        indikator_id,
        indikator_navn,
        enhed,
        retning,
        baseline_art,
        gruppe_id,
        gruppe_navn,
        baseline_periode,
        baseline_trykt,
        baseline_beregnet,
        baseline_beregnet_status,
        baseline_revideret,
        baseline_revideret_status,
        gruppe_antal,
        gruppe_uden_tal,
        maal_aendring,
        maal_vaerdi,
        maal_periode,
        skabelon,
        resultatmaal_skabelon,
        datakilde,
        periode,
        maaned,
        aktuel_vaerdi,
        aktuel_status,
        er_foreloebig,
        lokal_dato,
        lokal_kilde,
        cast(antal_n as integer) as antal_n,
        cast(antal_k as integer) as antal_k,
        kraevet_antal,
        cast(revision_pct as decimal(6, 3)) as revision_pct,
        cast(afvigelse as decimal(18, 3)) as afvigelse,
        cast(greatest(maaneder_tilbage, 0) as integer) as maaneder_tilbage,
        case
            when er_naaet then cast(0 as decimal(18, 3))
            when maaneder_tilbage > 0
                then {{ kvotient_halvt_op('-afvigelse', 'maaneder_tilbage', 'decimaler + 1') }}
        end as kraevet_maanedlig_aendring,
        cast(bedste_aendring as decimal(18, 3)) as bedste_aendring,
        vedtaget_periode,
        vedtaget_vaerdi,
        coalesce(naaet_ved_vedtagelsen, false) as naaet_ved_vedtagelsen,
        saet_maal,
        cast(saet_maal_vaerdi as decimal(18, 3)) as saet_maal_vaerdi,
        cast(saet_vedtaget_vaerdi as decimal(18, 3)) as saet_vedtaget_vaerdi,
        coalesce(saet_naaet_ved_vedtagelsen, false) as saet_naaet_ved_vedtagelsen,
        cast(aendring_aar as decimal(18, 3)) as aendring_aar,
        cast(i_alt_aendring_aar as decimal(18, 3)) as i_alt_aendring_aar,
        modsat_gruppe,
        cast(modsat_aendring_aar as decimal(18, 3)) as modsat_aendring_aar,
        er_fortraengt,
        i_alt_er_syntetisk,
        i_alt_tabel_id,
        case
            when grund = 'ingen_indikator' then 'afventer'
            when grund = 'lokale_tal' then 'lokale_tal_mangler'
            when grund in ('databrud', 'afloeb') then grund
            when grund = 'naaet' then 'groen'
            when grund in ('naaet_usikkert', 'naesten_naaet', 'kan_naas', 'uvist') then 'gul'
            when grund in ('tiden_er_gaaet', 'for_langt') then 'roed'
            else 'ikke_opgjort'
        end as status,
        case grund
            when 'ingen_indikator' then 'Målet har endnu ingen indikator.'
            when 'lokale_tal' then 'Kommunens egne tal mangler.'
            when 'foer_planen' then 'Måneden ligger før planens periode og bedømmes ikke.'
            when 'intet_tal_c' then 'Kilden har diskretioneret tallet.'
            when 'intet_tal_u'
                then 'Kilden har ikke sendt et tal; om det er diskretion, kan ikke afgøres.'
            when 'intet_tal_s' then 'Indsatsen var suspenderet, og måneden opgøres ikke.'
            when 'intet_tal_m' then 'Kilden har ikke sendt rækken.'
            when 'intet_tal_n'
                then 'Måneden er ikke hentet, eller kilden har ikke offentliggjort den.'
            when 'databrud' then 'Tallet kan ikke sammenlignes med baseline: ' || brud || '.'
            when 'foreloebig'
                then 'Måneden er foreløbig og bedømmes først, når den næste er kommet.'
            when 'afloeb' then 'Et fald er ikke et resultat: ' || afloeb || '.'
            when 'naaet' then 'Målet er nået.'
            when 'naaet_usikkert' then 'Målet er nået, men kildens rettelser kan ændre det.'
            when 'naesten_naaet'
                then 'Målet er ikke nået, men forskellen er mindre end kildens rettelser.'
            when 'tiden_er_gaaet' then 'Målet er ikke nået, og perioden er slut.'
            when 'uvist'
                then 'Målet er ikke nået; serien er for kort til at vise, om det kan nås.'
            when 'kan_naas'
                then 'Målet er ikke nået, men så meget har serien før flyttet sig på den tid.'
            when 'for_langt'
                then 'Målet er ikke nået; så meget har serien ikke flyttet sig på den tid i tre år.'
        end
        || case
            when naaet_ved_vedtagelsen then ' Målet var nået, da planen blev vedtaget.'
            else ''
        end
        || case
            when saet_naaet_ved_vedtagelsen
                then ' Mål ' || saet_maal || ' var tilsammen nået, da planen blev vedtaget.'
            else ''
        end
        || case
            when er_fortraengt
                then
                    ' Det samlede antal på offentlig forsørgelse er ikke faldet'
                    || case when i_alt_er_syntetisk then ' (syntetiske tal).' else '.' end
            else ''
        end
        || case when bro is null then '' else ' Sammenlignet over et brud: ' || bro || '.' end
        || case when muligt_brud is null then '' else ' Muligt brud: ' || muligt_brud || '.' end
        || case when suspension is null then '' else ' Suspension: ' || suspension || '.' end
        || case
            when grund <> 'afloeb' and afloeb is not null then ' Afløb: ' || afloeb || '.'
            else ''
        end
        || case
            when baseline_beregnet <> baseline_trykt or baseline_revideret <> baseline_trykt
                then ' Planens trykte baseline er en anden end den regnede; den trykte gælder.'
            else ''
        end
        || case
            when gruppe_uden_tal > 0
                then
                    ' Gruppens tredjedel er regnet uden ' || gruppe_uden_tal || ' af '
                    || gruppe_antal || ' kommuner, som ingen tal har.'
            else ''
        end as forklaring,
        brud is not null as databrud,
        er_syntetisk,
        tabel_id,
        hentet_utc
    from begrundet
)

select * from final
order by plan_id, raekkefoelge, maal_nr, maaned
